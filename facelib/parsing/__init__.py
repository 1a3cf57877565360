"""Face parsing: which part of a face each pixel shows, and what is in front of it.

classes     the parts, and the crop in which a network sees a face
net         the network
things      glasses, hands, hair, microphones and hats that are pasted onto training faces
faces       the faces to learn from     crops   training crops of them
train       how it learns               scores  how well it does
read        from a picture and its keypoints to its parts
"""

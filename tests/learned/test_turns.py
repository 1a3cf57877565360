from facelib.learned.turns import DISCRIMINATOR, GENERATOR, Turns


def test_a_turn_ends_where_the_loss_is_low_enough():
    turns = Turns({GENERATOR: 1.0, DISCRIMINATOR: 0.5}, cap=100, smoothing=0.0)
    for loss in (3.0, 2.0, 0.9):
        assert turns.who == GENERATOR
        turns.note(loss, 20)
    assert turns.who == DISCRIMINATOR
    turns.note(0.9, 40)
    assert turns.who == DISCRIMINATOR
    turns.note(0.4, 60)
    assert turns.who == GENERATOR
    assert [(switch["ended"], switch["steps"], switch["why"]) for switch in turns.switches] == [
        (GENERATOR, 3, "threshold"),
        (DISCRIMINATOR, 2, "threshold"),
    ]


def test_a_turn_that_gets_nowhere_ends_at_the_cap():
    turns = Turns({GENERATOR: 0.0, DISCRIMINATOR: 0.0}, cap=5)
    for step in range(12):
        turns.note(1.0, step)
    assert [switch["why"] for switch in turns.switches] == ["cap", "cap"]


def test_one_lucky_step_is_not_enough():
    turns = Turns({GENERATOR: 1.0, DISCRIMINATOR: 0.5}, cap=100, smoothing=0.9)
    for loss in (5.0, 0.0):
        turns.note(loss, 0)
    assert turns.who == GENERATOR


def test_it_goes_on_where_it_was():
    turns, again = (Turns({GENERATOR: 1.0, DISCRIMINATOR: 0.5}, cap=3) for _ in range(2))
    for _ in range(4):
        turns.note(2.0, 0)
    again.load_state_dict(turns.state_dict())
    for each in (turns, again):
        each.note(2.0, 1)
    assert again.state_dict() == turns.state_dict()

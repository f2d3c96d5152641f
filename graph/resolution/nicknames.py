"""Short forms of given names in English, in the most frequent families only.

A supplement of our own: the variants that press and registers use side by side. Names of one group may
be the same given name; a name may stand in several groups.
"""

from __future__ import annotations

_GROUPS = (
    "robert rob bob bobby robbie, william bill will billy willy, richard rick dick rich ricky, "
    "james jim jimmy jamie, john jack johnny jon, jonathan jon jonny, joseph joe joey, "
    "michael mike mick mickey, thomas tom tommy, charles charlie chuck chas, edward ed eddie ted ned, "
    "samuel sam sammy, samantha sam, lawrence larry laurence, christopher chris kit, "
    "christine chris christina, jeffrey jeff geoffrey geoff, jacob jake, stephen steven steve, "
    "andrew andy drew, anthony tony, daniel dan danny, david dave, matthew matt, nicholas nick, "
    "nathaniel nathan nat nate, benjamin ben, alexander alex sasha, alexandra alex sandra sasha, "
    "katherine catherine kate kathy cathy katie, elizabeth liz beth betty eliza, "
    "margaret maggie peggy meg, susan sue susie suzanne, deborah deb debbie, jennifer jen jenny, "
    "patricia pat patty trish, patrick pat paddy, peter pete, philip phil phillip, ronald ron, "
    "donald don, kenneth ken, timothy tim, gregory greg, frederick fred freddie, raymond ray, "
    "gerald gerry jerry, leonard len, theodore ted theo, vincent vince, walter walt, zachary zach zack, "
    "joshua josh, rebecca becky, victoria vicky, sandra sandi sandy, barbara barb, cynthia cindy, "
    "pamela pam, judith judy, harold harry hal, henry harry hank, francis frank, franklin frank, "
    "eugene gene, douglas doug, mohammed muhammad mohamed mohammad, ahmed ahmad, yuri yury iurii, "
    "sergei sergey serguei, dmitri dmitry dimitri, aleksandr alexander aleksander, "
    "mikhail michail michael, evgeny yevgeny eugene"
)
_HELD: dict[str, set[int]] = {}
for _number, _group in enumerate(_GROUPS.split(", ")):
    for _name in _group.split():
        _HELD.setdefault(_name, set()).add(_number)


def same_given_name(first: str, second: str) -> bool:
    """Whether two given names (lower-case Latin letters) are forms of one.

    >>> same_given_name("bob", "robert"), same_given_name("bob", "bill")
    (True, False)
    """
    return first == second or not _HELD.get(first, set()).isdisjoint(_HELD.get(second, ()))

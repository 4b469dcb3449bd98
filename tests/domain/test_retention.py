from campaigner.domain.retention import KEPT_TITLES, Kept, Retention
from campaigner.domain.subject import pseudonym


def test_every_class_has_its_time_and_its_words() -> None:
    assert set(KEPT_TITLES) == set(Kept)
    kept = Retention()
    assert {kind: kept.of(kind).days for kind in Kept} == {
        Kept.TEXTS: 180, Kept.RECIPIENTS: 180, Kept.DELIVERIES: 180, Kept.EXPORTS: 180, Kept.BACKUPS: 90,
    }  # fmt: skip


def test_a_pseudonym_says_nothing_without_the_secret_and_the_same_with_it() -> None:
    secret, other = b"s" * 32, b"t" * 32
    assert pseudonym(secret, 13800138000) == pseudonym(secret, 13800138000)
    found = {pseudonym(secret, 13800138000), pseudonym(other, 13800138000), pseudonym(secret, 13800138001)}
    assert len(found) == 3

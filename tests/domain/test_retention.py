from campaigner.domain.retention import KEPT_TITLES, Kept, Retention


def test_every_class_has_its_time_and_its_words() -> None:
    assert set(KEPT_TITLES) == set(Kept)
    kept = Retention()
    assert {kind: kept.of(kind).days for kind in Kept} == {
        Kept.TEXTS: 180, Kept.RECIPIENTS: 180, Kept.DELIVERIES: 180, Kept.EXPORTS: 180, Kept.BACKUPS: 90,
    }  # fmt: skip

"""What moves in a synthetic CC&B from one refresh to the next."""

import random

import psycopg

MOVED_SHARE = 0.002


def advance(connection: psycopg.Connection, seed: int | None = None) -> int:
    """Bill and recharge a few customers, so that figures move; returns the number of entries."""
    chance = random.Random(seed)
    with connection.transaction():
        last = connection.execute(
            "SELECT coalesce(max(sa_id), '0') FROM cisadm.ci_sa WHERE sa_id < '9'"
        ).fetchone()
        agreements = int(last[0]) if last else 0
        size = min(agreements, max(1, int(agreements * MOVED_SHARE)))
        entries = [_small_entry(chance, agreements) for _ in range(size)]
        connection.execute(
            "INSERT INTO cisadm.ci_ft (ft_id, sa_id, ft_type_flg, cur_amt, tot_amt, freeze_sw,"
            " redundant_sw, ars_dt, accounting_dt, cre_dttm, freeze_dttm)"
            " SELECT lpad((last.id + row_number() OVER ())::text, 12, '0'), e.sa, e.kind, e.amount,"
            " e.amount, 'Y', 'N', current_date, current_date, now(), now()"
            " FROM unnest(%s::text[], %s::text[], %s::numeric[]) AS e (sa, kind, amount),"
            " (SELECT coalesce(max(ft_id), '0')::bigint AS id FROM cisadm.ci_ft"
            "  WHERE ft_id < '9') AS last",
            tuple(map(list, zip(*entries, strict=True))) if entries else ([], [], []),
        )
    return len(entries)


def _small_entry(chance: random.Random, agreements: int) -> tuple[str, str, str]:
    agreement = f"{chance.randint(1, agreements):010d}"
    # Five bills for each recharge keep the sums where they are over the days.
    if chance.random() < 1 / 6:
        return agreement, "PS", str(chance.choice((500, 1000, 2000)))
    return agreement, "BS", f"-{chance.randint(5_000, 42_000) / 100:.2f}"

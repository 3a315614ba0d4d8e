"""A fingerprint of the settings with which Oracle is reached: it tells when they have changed.

It is kept in the cache, where more people may read than may know the password. So of the password
it holds 12 bits of a slow hash: enough to see a change (missing one in 4096, and then a person can
press Refresh), and too few to confirm a guess.
"""

import hashlib

from nocs.settings import Settings

SLOW = {"n": 2**14, "r": 8, "p": 1}


def fingerprint(settings: Settings) -> str:
    """32 hexadecimal digits for address and user, 3 for the password."""
    secret = settings.oracle_password
    place = "\n".join(
        (
            settings.oracle_dsn,
            settings.oracle_user.upper(),
            str(settings.oracle_config_dir or ""),
            str(settings.oracle_wallet_dir or ""),
            str(settings.oracle_client_dir or ""),
        )
    )
    password = (secret.get_secret_value() if secret else "").encode()
    slow = hashlib.scrypt(password, salt=place.encode(), dklen=2, **SLOW).hex()
    return f"{hashlib.sha256(place.encode()).hexdigest()[:32]}-{slow[:3]}"

"""The 17 NOCS areas, with their labels in both languages and their share of the customers.

Real codes are not public: 001 to 017 are the demo's own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """`share` is the customers per thousand; `due_share` the part of them in due."""

    code: str
    english: str
    bangla: str
    share: float
    due_share: float


AREAS = (
    Area("001", "Adabor", "আদাবর", 47.7, 0.22),
    Area("002", "Banasree", "বনশ্রী", 40.3, 0.19),
    Area("003", "Banglabazar", "বাংলাবাজার", 32.7, 0.31),
    Area("004", "Bangshal", "বংশাল", 44.0, 0.33),
    Area("005", "Demra", "ডেমরা", 82.0, 0.29),
    Area("006", "Dhanmondi", "ধানমন্ডি", 58.3, 0.17),
    Area("007", "Fatulla", "ফতুল্লা", 113.0, 0.34),
    Area("008", "Jigatola", "ঝিগাতলা", 38.0, 0.21),
    Area("009", "Kazla", "কাজলা", 87.3, 0.30),
    Area("010", "Khilgaon", "খিলগাঁও", 76.0, 0.23),
    Area("011", "Mugdapara", "মুগদাপাড়া", 53.0, 0.26),
    Area("012", "Paribag", "পরীবাগ", 21.3, 0.15),
    Area("013", "Postogola", "পোস্তগোলা", 69.0, 0.32),
    Area("014", "Rajarbag", "রাজারবাগ", 28.7, 0.18),
    Area("015", "Satmasjid", "সাতমসজিদ", 61.0, 0.20),
    Area("016", "Sher-e-Bangla Nagar", "শেরেবাংলা নগর", 34.0, 0.16),
    Area("017", "Shitalakhya", "শীতলক্ষ্যা", 113.7, 0.31),
)
# Being set up: premises have it, no account is billed there yet, the English label is to come.
FUTURE_AREA = Area("018", "", "কামরাঙ্গীরচর", 0, 0)

FAMILY_NAMES = (
    "রহমান", "Rahman", "আক্তার", "Akter", "হোসেন", "Hossain", "ইসলাম", "Islam", "খাতুন",
    "Khatun", "সরকার", "Sarkar", "মিয়া", "Mia", "চৌধুরী", "Chowdhury",
)  # fmt: skip
GIVEN_NAMES = (
    "Abdul", "আব্দুল", "Fatema", "ফাতেমা", "Mohammad", "মোহাম্মদ", "Nasrin", "নাসরিন", "Kamal",
    "কামাল", "Shirin", "শিরিন", "Rafiq", "রফিক", "Sultana", "সুলতানা", "M/S Padma", "মেসার্স",
)  # fmt: skip

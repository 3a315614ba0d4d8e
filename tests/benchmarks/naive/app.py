"""What the measured pages are compared with: the page as a typical user of Streamlit writes it.

It reads the same table of the same PostgreSQL, shows the same figures with Streamlit's own
elements, and builds the workbook on every run.
"""

import os
from io import BytesIO

import pandas as pd
import plotly.express as px
import streamlit as st
from sqlalchemy import create_engine

st.set_page_config(page_title="Balance summary", layout="wide")

engine = create_engine(os.environ["NAIVE_DATABASE_URL"])
frame = pd.read_sql("SELECT * FROM nocs_balance_summary ORDER BY nocs_code", engine)

st.title("NOCS balance summary")
st.caption(f"Last updated {frame['updated_at'].max()}")

columns = st.columns(4)
columns[0].metric("Customers", f"{frame['total_customers'].sum():,}")
columns[1].metric("Credit", f"₹ {frame['positive_balance_amt'].sum():,.2f}")
columns[2].metric("Due", f"₹ {frame['negative_balance_amt'].sum():,.2f}")
columns[3].metric("Net", f"₹ {frame['net_balance'].sum():,.2f}")


def colour(value: float) -> str:
    return "color: green" if value > 0 else "color: red"


shown = frame[
    ["nocs_name", "nocs_code", "total_customers", "positive_qty", "positive_balance_amt",
     "negative_qty", "negative_balance_amt", "net_balance"]
]  # fmt: skip
amounts = ["positive_balance_amt", "negative_balance_amt", "net_balance"]
st.dataframe(
    shown.style.map(colour, subset=amounts).format("{:,.2f}", subset=amounts),
    hide_index=True,
)

due = frame.nsmallest(10, "negative_balance_amt")
credit = frame.nlargest(10, "positive_balance_amt")
left, right = st.columns(2)
left.plotly_chart(
    px.bar(due, x="negative_balance_amt", y="nocs_name", orientation="h", title="Top due")
)
right.plotly_chart(
    px.bar(credit, x="positive_balance_amt", y="nocs_name", orientation="h", title="Top credit")
)

buffer = BytesIO()
with pd.ExcelWriter(buffer, engine="xlsxwriter") as writer:
    frame.assign(
        created_at=frame["created_at"].dt.tz_localize(None),
        updated_at=frame["updated_at"].dt.tz_localize(None),
    ).to_excel(writer, index=False)
st.download_button("Download Excel", buffer.getvalue(), "balances.xlsx")

// What the API is compared with: the same JSON by express and sequelize, as usually written.
const express = require("express");
const { Sequelize, DataTypes } = require("sequelize");

const { DB_NAME, DB_USER, DB_PASSWORD, DB_HOST, DB_PORT } = process.env;
const sequelize = new Sequelize(DB_NAME, DB_USER, DB_PASSWORD, {
  dialect: "postgres",
  host: DB_HOST,
  port: DB_PORT,
  logging: false,
  pool: { max: 10 },
});
const Balance = sequelize.define(
  "Balance",
  {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    nocs_name: DataTypes.STRING,
    nocs_code: DataTypes.STRING,
    total_customers: DataTypes.INTEGER,
    positive_qty: DataTypes.INTEGER,
    positive_balance_amt: DataTypes.DECIMAL(15, 2),
    negative_qty: DataTypes.INTEGER,
    negative_balance_amt: DataTypes.DECIMAL(15, 2),
    net_balance: DataTypes.DECIMAL(15, 2),
    refresh_duration: DataTypes.INTEGER,
    created_at: DataTypes.DATE,
    updated_at: DataTypes.DATE,
  },
  { tableName: "nocs_balance_summary", timestamps: false },
);

const app = express();

app.use("/api", (req, res, next) => {
  if (req.get("Authorization") !== `Bearer ${process.env.TOKEN}`) {
    return res.status(401).json({ success: false });
  }
  next();
});

app.get("/api/reports/nocs_balance_summary", async (req, res) => {
  const data = await Balance.findAll({ order: [["nocs_code", "ASC"]] });
  const lastUpdated = data.reduce((last, row) => (row.updated_at > last ? row.updated_at : last), 0);
  res.json({
    success: true,
    data,
    count: data.length,
    lastUpdated,
    ageMinutes: Math.floor((Date.now() - lastUpdated) / 60000),
    source: "postgresql_cache",
    cached: true,
    timestamp: new Date().toISOString(),
  });
});

const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));

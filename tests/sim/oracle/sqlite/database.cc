#include "tests/sim/oracle/sqlite/database.h"

#include <algorithm>
#include <stdexcept>

namespace leat {

std::ostream& operator<<(std::ostream& out, const SqlRow& row) {
  return out << "(" << row.k << ", ts " << row.ts << ", v " << row.v << ", s '" << row.s
             << "', gap " << row.gap << ")";
}

Database::Database() {
  if (sqlite3_open(":memory:", &database_) != SQLITE_OK)
    throw std::runtime_error("SQLite does not open");
}
Database::~Database() { sqlite3_close(database_); }

void Database::run(const std::string& sql) {
  char* error = nullptr;
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, &error) == SQLITE_OK) return;
  const std::string text = error;
  sqlite3_free(error);
  throw std::runtime_error(text + ": " + sql);
}

void Database::add_table(const std::string& name, const std::vector<SqlRow>& rows) {
  run("create table " + name + " (n integer, k text, ts integer, v integer, s text, gap integer)");
  for (size_t n = 0; n < rows.size(); ++n) {
    const SqlRow& row = rows[n];
    run("insert into " + name + " values (" + std::to_string(n) + ", '" + row.k + "', " +
        std::to_string(row.ts) + ", " + std::to_string(row.v) + ", '" + row.s + "', " +
        std::to_string(row.gap) + ")");
  }
}

std::vector<std::string> Database::query(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string(sqlite3_errmsg(database_)) + ": " + sql);
  std::vector<std::string> lines;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    std::string line;
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
      const unsigned char* text = sqlite3_column_text(statement, column);
      line += column == 0 ? "" : ", ";
      line += text == nullptr ? "null" : reinterpret_cast<const char*>(text);
    }
    lines.push_back(std::move(line));
  }
  sqlite3_finalize(statement);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string last_start(const std::string& time, int64_t slide, int64_t offset) {
  const std::string size = std::to_string(slide);
  const std::string moved = "(" + time + " - " + std::to_string(offset) + ")";
  return "(" + time + " - ((" + moved + " % " + size + ") + " + size + ") % " + size + ")";
}

}  // namespace leat

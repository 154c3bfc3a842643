// SQLite in memory: a second, foreign reference for what windows, joins and aggregates mean.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace leat {

// A row of the tests: of key k, with a timestamp, a number, a text, and a gap of its own.
struct SqlRow {
  std::string k;
  int64_t ts = 0;
  int64_t v = 0;
  std::string s;
  int64_t gap = 1;
};
std::ostream& operator<<(std::ostream& out, const SqlRow& row);

class Database {
 public:
  Database();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Makes a table of this name: n (the row's number), k, ts, v, s, gap.
  void add_table(const std::string& name, const std::vector<SqlRow>& rows);
  // Each row's cells with ", " between them, sorted.  REQUIRES: the query is right.
  std::vector<std::string> query(const std::string& sql);

 private:
  void run(const std::string& sql);

  sqlite3* database_ = nullptr;
};

// ---- expressions of SQL ----
// The start of the last window of this slide that begins at `time` or before it; times may be
// negative, and the remainder of SQLite then is, too.
std::string last_start(const std::string& time, int64_t slide, int64_t offset);

}  // namespace leat

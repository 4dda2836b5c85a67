// The statements of sql/queries, built into the program, by name.
//
//   -- name: find_document        begins a statement
//   -- fragment: document_view    begins a text that stands for {document_view} in statements
//   -- any other comment          is for people
//   AND user_id = $2  --? owner   this line is kept only when a caller asks for the part `owner`
//
// x.sql is for every engine, x.sqlite.sql only for SQLite. Lines may drop out, so parameters are numbered again from $1 without gaps;
// PostgreSQL insists on that.
#pragma once

#include "base/embedded_file.h"
#include "drivers/sql/sql_database.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

struct Query {
  std::string name;             // with its parts: "list_newest_first+owner"
  std::string text;             // parameters $1, $2, ... each used
  std::vector<int> parameters;  // which parameter of the statement, from 0, goes to $1, $2, ...
};

class SqlQueries {
 public:
  // The statements for "sqlite" or "postgres". A mistake in the files is a defect and throws std::logic_error.
  explicit SqlQueries(std::string_view engine);
  SqlQueries(std::string_view engine, std::span<const embedded::File> files);

  // Throws std::logic_error for a name that no file holds. Stays valid as long as this object.
  const Query& find(const Statement& statement) const;
  // Every statement in every combination of its parts.
  std::vector<const Query*> all() const;

 private:
  struct Family {
    std::vector<std::string> parts;
    std::vector<Query> variants;  // by the bits of `parts`
  };
  void add(const std::string& name, const std::vector<std::string>& lines);

  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace docquarry

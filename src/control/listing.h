// The answer of an operation that lists what a table holds, a page at a time.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <string_view>

#include "control/call.h"
#include "io/sql.h"

namespace control {

/// `{<member>: [show(row)...], nextToken}`. `rows` are in the order of their first column, a text,
/// and one more than the page holds if there are more: where the next one begins.
template <class Show>
boost::json::object listing(const Call& call, const Page& page, const io::SqlResult& rows,
                            std::string_view member, Show show) {
  boost::json::object output;
  boost::json::array list;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (static_cast<std::int64_t>(row) == page.limit) {
      output["nextToken"] = next_token(call, rows.text(row - 1, 0));
      break;
    }
    list.emplace_back(show(row));
  }
  output[member] = std::move(list);
  return output;
}

/// The same where the page alone chooses the rows: `statement` takes the key to go on behind and
/// how many.
template <class Show>
ApiObject listing(Call& call, std::string_view statement, std::string_view member, Show show) {
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto rows = call.sql.run(statement, {page->after, page->limit + 1});
  if (!rows) return internal(rows.error());
  return listing(call, *page, *rows, member, [&](std::size_t row) { return show(*rows, row); });
}

}  // namespace control

// Which columns of a table are meant.
#pragma once

#include <string>
#include <vector>

namespace cuvae::data {

// Of `count` columns with these names (empty: they have none): "" all, "a,b" those, "3" and "2-5" by number
// from 0, "!a,7" all but those. A name wins over a number. One entry to a column. Throws Error(data) for a
// column that is not there, and where none is left.
[[nodiscard]] std::vector<bool> chosen_columns(const std::string& part, std::size_t count,
                                               const std::vector<std::string>& names,
                                               const std::string& source);

}  // namespace cuvae::data

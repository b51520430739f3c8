#include "app/products/csv.h"

namespace app {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

// What ends the first field of all.
char separator_of(std::string_view text) {
  std::size_t at = 0;
  if (text.starts_with('"')) {
    do {
      at = text.find('"', at + 1);
    } while (at != std::string_view::npos && ++at < text.size() && text[at] == '"');
  }
  at = text.find_first_of(",;\t\r\n", at);
  const char c = at == std::string_view::npos ? ',' : text[at];
  return c == ';' || c == '\t' ? c : ',';
}

void note(CsvRow& row, std::string_view problem) {
  if (row.problem.empty()) row.problem = problem;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kMark)) text_.remove_prefix(kMark.size());
  separator_ = separator_of(text_);
}

bool CsvReader::at_line_end() const {
  return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
}

void CsvReader::skip_line_end() {
  if (at_ == text_.size()) return;
  if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
  ++at_;
  ++line_;
}

void CsvReader::skip_line() {
  while (!at_line_end()) ++at_;
}

std::optional<CsvRow> CsvReader::next() {
  while (at_ < text_.size() && at_line_end()) skip_line_end();
  if (at_ == text_.size()) return std::nullopt;
  CsvRow row;
  row.line = line_;
  read_row(row);
  skip_line();
  skip_line_end();
  return row;
}

void CsvReader::read_row(CsvRow& row) {
  while (true) {
    std::string field = read_field(row);
    if (row.fields.size() == kMaxFields) {
      return note(row, "The line has too many fields.");
    }
    row.fields.push_back(std::move(field));
    if (!row.problem.empty() || at_line_end()) return;
    ++at_;  // the separator
  }
}

std::string CsvReader::read_field(CsvRow& row) {
  if (at_ < text_.size() && text_[at_] == '"') return read_quoted(row);
  const std::size_t begin = at_;
  while (!at_line_end() && text_[at_] != separator_) ++at_;
  const std::string_view field = text_.substr(begin, at_ - begin);
  if (field.size() > kMaxField) note(row, "A field is too long.");
  return std::string(field.substr(0, kMaxField));
}

std::string CsvReader::read_quoted(CsvRow& row) {
  std::string field;
  const auto add = [&](char c) {
    if (field.size() < kMaxField) {
      field += c;
    } else {
      note(row, "A field is too long.");
    }
  };
  ++at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      add('"');
      at_ += 2;
      continue;
    }
    if (c == '"') {
      ++at_;
      if (!at_line_end() && text_[at_] != separator_) {
        note(row, "Something stands behind a closing quotation mark.");
      }
      return field;
    }
    if (c == '\n' || c == '\r') {
      add('\n');
      skip_line_end();
      continue;
    }
    add(c);
    ++at_;
  }
  note(row, "A quotation mark is not closed.");
  return field;
}

}  // namespace app

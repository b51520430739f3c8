// Reads the XML documents that services answer with (XML 1.0, fifth edition), as far as they go:
// elements and text. Attributes, comments and processing instructions are skipped; prefixes of
// names too. Document types are refused, and with them every entity but the five of XML. The whole
// document must be there; memory is bounded by its size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wire::aws {

class XmlReader {
 public:
  static constexpr std::size_t kMaxDepth = 32;

  enum class Token {
    kStart,   // of the element name()
    kText,    // text() within the present element; may come in several pieces
    kEnd,     // of the element name()
    kDone,    // the document has ended as it should
    kBroken,  // it is not well-formed, or goes beyond a limit; from then on always
  };

  /// `document` is UTF-8 and outlives the reader.
  explicit XmlReader(std::string_view document);

  Token next();
  /// Without its prefix. A view into the document.
  std::string_view name() const { return name_; }
  /// Decoded: references are replaced, line ends are single line feeds.
  const std::string& text() const { return text_; }
  /// Elements that are open: 1 inside of the root.
  std::size_t depth() const { return open_.size(); }

 private:
  Token broken();
  Token read_markup();
  Token read_start_tag();
  Token read_end_tag();
  Token read_text();
  bool read_attribute();
  bool skip_past(std::string_view end);
  void skip_space();
  bool take(std::string_view literal);
  std::string_view take_name();
  bool append_reference();

  std::string_view rest_;
  std::vector<std::string_view> open_;  // whole names
  std::string_view name_;
  std::string text_;
  bool is_broken_ = false;
  bool had_root_ = false;
  bool ends_at_once_ = false;  // <a/> has begun and not ended
};

}  // namespace wire::aws

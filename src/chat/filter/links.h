// Whether a text has an address that people can follow. A room without links must not refuse people
// who forget a space ("hello.World"), so a name without anything around it counts only if it ends
// in a domain that hardly ever begins a sentence.
//
// A link is
//  - a scheme and "://" and something behind it;
//  - "www." and a name;
//  - a name that ends in a common domain (.com, .org, .de, ... : kStrong), written in one case, so
//    also a mail address;
//  - a name that ends in any other two letters or in a domain that is also a word (.me, .gg, .live,
//    ... : kWeak), if a path or a port follows ("t.me/x");
//  - four numbers of an IPv4 address with a path or a port.
// Wide and small forms, letters in fancy dress, ideographic full stops, hidden characters, and
// "[.]", "(dot)" and the like in place of the dot do not help.
#pragma once

#include <string>
#include <string_view>

namespace chat {

class LinkFinder {
 public:
  /// `text` is UTF-8.
  bool match(std::string_view text);

 private:
  std::u32string plain_;  // the text, to be used again
};

}  // namespace chat

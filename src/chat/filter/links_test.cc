#include "chat/filter/links.h"

#include <gtest/gtest.h>

namespace chat {
namespace {

TEST(Links, Found) {
  LinkFinder links;
  for (const char* text : {
           "http://example",
           "see https://example.org/x?y#z now",
           "HTTPS://EXAMPLE.ORG",
           "hxxps://bad.example",
           "twitch://open",
           "(https://a.b)",
           "www.example.museum",
           "WWW.x.y",
           "example.com",
           "go to example.com.",
           "example.com!",
           "EXAMPLE.COM",
           "Example.com",
           "x.com",
           "my-site.example.net",
           "a.b.c.org/path",
           "example.co.uk",
           "shop.co.nz",
           "bit.ly/3xyz",
           "t.me/room",
           "discord.gg/abc",
           "youtu.be/abc",
           "my.live/x",
           "example.me:8080",
           "name@example.com",
           "wait...example.com",
           "example.com...wait",
           "a..example.com..b",
           "...t.me/x",
           "example.org [.]x",
           "www.x.y [.]-1[.].1[,",
           "пример.рф",
           "müller.de",
           "例え.com",
           "xn--e1afmkfd.xn--p1ai",
           "10.0.0.1/admin",
           "10.0.0.1:8080",
           "look:example.com",
           "\"example.com\"",
           "example.com/",
           // In disguise.
           "example[.]com",
           "example (dot) com",
           "example[ DOT ]com",
           "example{.}com now",
           "exam\u200bple\u2060.com",
           "example。com",
           "example．ｃｏｍ",
           "𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
           "ⓔxample.ⓒⓞⓜ",
           "h\u200bttps://x",
           "example\u2024com",
       }) {
    EXPECT_TRUE(links.match(text)) << text;
  }
}

TEST(Links, NotFound) {
  LinkFinder links;
  for (const char* text : {
           "",
           "hello there",
           "hello.World",
           "Nice one.Com on",
           "yes.no.maybe",
           "end.then",
           "tell.me",
           "well played.gg",
           "so.it is",
           "look.at this",
           "e.g. this",
           "i.e. that",
           "u.s.a.",
           "Ph.D.",
           "10.30pm",
           "v1.2.3",
           "10.0.0.1",
           "3.14/2",
           "wait...com on",
           "...",
           ".com",
           "the .net people",
           ":)",
           "12:30",
           "a:b",
           "://",
           "http://",
           "and/or",
           "1/2",
           "main.cc",
           "file.txt",
           "index.js",
           "watch.live",
           "(dot)",
           "t.me./x",
           "t.me-/x",
           "e..com",
           "[.]",
           "(dot) com",
           "dot com",
           "{dot",
           "今天很好。谢谢",
           "https:",
           "score 3:2.",
           "ok.",
           "@name",
           "1.2.3.4.5/x",
           "300a.1.1.1/x",
       }) {
    EXPECT_FALSE(links.match(text)) << text;
  }
}

}  // namespace
}  // namespace chat

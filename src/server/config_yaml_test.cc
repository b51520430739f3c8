#include "server/config_yaml.h"

#include <gtest/gtest.h>

namespace server {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse_yaml(text);
  return parsed ? "no error" : parsed.error().message;
}

TEST(ConfigYaml, RemembersWhereThingsStand) {
  const auto root = parse_yaml("a: 1\nb:\n  - x\n  - {c: ''}\n");
  ASSERT_TRUE(root.has_value());
  ASSERT_EQ(root->kind, YamlNode::Kind::kMap);
  ASSERT_EQ(root->children.size(), 2U);
  EXPECT_EQ(root->children[0].key, "a");
  EXPECT_EQ(root->children[0].text, "1");
  EXPECT_EQ(root->children[0].position.column, 4);
  const YamlNode& list = root->children[1];
  EXPECT_EQ(list.key_position.line, 2);
  ASSERT_EQ(list.children.size(), 2U);
  EXPECT_EQ(list.children[0].position.line, 3);
  EXPECT_EQ(list.children[0].position.column, 5);
  ASSERT_EQ(list.children[1].children.size(), 1U);
  EXPECT_EQ(list.children[1].children[0].kind, YamlNode::Kind::kText);
  EXPECT_EQ(list.children[1].children[0].text, "");
}

TEST(ConfigYaml, EmptyFilesAreNothing) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "~"}) {
    SCOPED_TRACE(text);
    const auto root = parse_yaml(text);
    ASSERT_TRUE(root.has_value());
    EXPECT_EQ(root->kind, YamlNode::Kind::kNothing);
  }
}

TEST(ConfigYaml, RefusesWithThePlace) {
  EXPECT_EQ(error_of("a: &x 1\nb: *x\n"), "2:4: aliases (*name) are not allowed here");
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"), "3:1: the file holds a second document");
  EXPECT_EQ(error_of("? [a]\n: 1\n"), "1:3: a key must be a single word");
  EXPECT_EQ(error_of("a: \xff"), "1:1: the file is not UTF-8 text");
  EXPECT_EQ(error_of(std::string(kMaxYamlDepth + 1, '[') + std::string(kMaxYamlDepth + 1, ']')),
            "1:17: nested too deeply");
  EXPECT_EQ(error_of(std::string(kMaxYamlBytes + 1, ' ')), "1:1: the file is larger than 1 MiB");
  EXPECT_EQ(error_of("a:\n  - b\n c: d\n").substr(0, 4), "3:2:");
  std::string many = "[";
  for (std::size_t i = 0; i < kMaxYamlNodes; ++i) many += "a,";
  EXPECT_EQ(error_of(many + "]"), "1:200000: has too many values");
}

TEST(ConfigYaml, EveryPrefixOfAFileIsHarmless) {
  const std::string file =
      "log: {level: \"debug\"}\nchannels:\n  - id: 'abc'\n    name: >\n      folded\n";
  for (std::size_t length = 0; length <= file.size(); ++length) {
    const auto root = parse_yaml(std::string_view(file).substr(0, length));
    if (!root) {
      EXPECT_FALSE(root.error().message.empty());
    }
  }
  EXPECT_TRUE(parse_yaml(file).has_value());
}

}  // namespace
}  // namespace server

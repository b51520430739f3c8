#include "server/config_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/utf8.h"

namespace server {
namespace {

using base::ErrorCode;
using base::fail;

YamlPosition to_position(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

std::string with_position(YamlPosition position, std::string_view message) {
  return std::to_string(position.line) + ":" + std::to_string(position.column) + ": " +
         std::string(message);
}

// Builds the tree from yaml-cpp's events. It stops yaml-cpp by its own exception type, which
// parse_yaml catches together with the library's.
class TreeBuilder : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    add(mark, {.kind = YamlNode::Kind::kNothing});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YAML::ParserException(mark, "aliases (*name) are not allowed here");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    add(mark, {.kind = YamlNode::Kind::kText, .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  // A map or list that is not finished, with the key that waits for its value.
  struct Open {
    YamlNode node;
    std::optional<std::string> key{};
    YamlPosition key_position{};
  };

  bool key_is_next() const {
    return !stack_.empty() && stack_.back().node.kind == YamlNode::Kind::kMap && !stack_.back().key;
  }

  void open(const YAML::Mark& mark, YamlNode::Kind kind) {
    count(mark);
    if (stack_.size() == kMaxYamlDepth) throw YAML::ParserException(mark, "nested too deeply");
    if (key_is_next()) throw YAML::ParserException(mark, "a key must be a single word");
    stack_.push_back({.node = {.kind = kind, .position = to_position(mark)}});
  }

  void close() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    place(std::move(node));
  }

  void add(const YAML::Mark& mark, YamlNode node) {
    count(mark);
    node.position = to_position(mark);
    if (key_is_next()) {
      stack_.back().key = std::move(node.text);
      stack_.back().key_position = node.position;
      return;
    }
    place(std::move(node));
  }

  void place(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.key) {
      node.key = *std::exchange(parent.key, std::nullopt);
      node.key_position = parent.key_position;
    }
    parent.node.children.push_back(std::move(node));
  }

  void count(const YAML::Mark& mark) {
    if (++nodes_ > kMaxYamlNodes) throw YAML::ParserException(mark, "has too many values");
  }

  YamlNode root_;
  std::vector<Open> stack_;
  std::size_t nodes_ = 0;
};

}  // namespace

base::Expected<YamlNode> parse_yaml(std::string_view text) {
  if (text.size() > kMaxYamlBytes) {
    return fail(ErrorCode::kLimit, with_position({}, "the file is larger than 1 MiB"));
  }
  if (!base::is_utf8(text)) {
    return fail(ErrorCode::kMalformed, with_position({}, "the file is not UTF-8 text"));
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) return YamlNode{};
    YamlNode root = builder.take();
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      return fail(ErrorCode::kMalformed,
                  with_position(second.take().position, "the file holds a second document"));
    }
    return root;
  } catch (const YAML::Exception& error) {
    // The library's own sentence, without the "yaml-cpp: error at line" that what() puts before it.
    return fail(ErrorCode::kMalformed, with_position(to_position(error.mark), error.msg));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kMalformed, with_position({}, error.what()));
  }
}

}  // namespace server

// The OpenAPI document of a table of routes.
#include <boost/json/array.hpp>
#include <map>

#include "app/core/router.h"

namespace app {
namespace {

namespace json = boost::json;

json::object schema_of(std::span<const Field> fields);

json::object schema_of(const Field& field) {
  using Type = Field::Type;
  json::object schema;
  switch (field.type) {
    case Type::kText: {
      schema["type"] = "string";
      if (field.least > 0) schema["minLength"] = field.least;
      if (field.most > 0) schema["maxLength"] = field.most;
      if (!field.choices.empty()) {
        json::array choices;
        std::string_view rest = field.choices;
        for (;;) {
          const std::size_t bar = rest.find('|');
          choices.emplace_back(rest.substr(0, bar));
          if (bar == std::string_view::npos) break;
          rest.remove_prefix(bar + 1);
        }
        schema["enum"] = std::move(choices);
      }
      break;
    }
    case Type::kInteger:
    case Type::kNumber:
      schema["type"] = field.type == Type::kInteger ? "integer" : "number";
      if (field.least != 0 || field.most != 0) {
        schema["minimum"] = field.least;
        schema["maximum"] = field.most;
      }
      break;
    case Type::kBoolean:
      schema["type"] = "boolean";
      break;
    case Type::kObject:
      schema = schema_of(field.members);
      break;
    case Type::kList:
    case Type::kTexts:
      schema["type"] = "array";
      if (field.least > 0) schema["minItems"] = field.least;
      if (field.most > 0) schema["maxItems"] = field.most;
      schema["items"] = field.type == Type::kList ? schema_of(field.members)
                        : !field.members.empty()  ? schema_of(field.members.front())
                                                  : json::object{{"type", "string"}};
      break;
  }
  if (!field.description.empty()) schema["description"] = field.description;
  return schema;
}

json::object schema_of(std::span<const Field> fields) {
  json::object schema{{"type", "object"}};
  if (fields.empty()) return schema;
  json::object properties;
  json::array required;
  for (const Field& field : fields) {
    properties[field.name] = schema_of(field);
    if (field.need == Field::Need::kRequired) required.emplace_back(field.name);
  }
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object content(json::object schema) {
  return {{"application/json", json::object{{"schema", std::move(schema)}}}};
}

json::object operation_of(const Route& route) {
  using wire::http::Method;
  json::object operation{{"summary", route.summary}, {"tags", json::array{route.group}}};
  json::array parameters;
  std::string_view rest = route.path;
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    parameters.push_back(json::object{{"name", rest.substr(open + 1, close - open - 1)},
                                      {"in", "path"},
                                      {"required", true},
                                      {"schema", json::object{{"type", "string"}}}});
    rest.remove_prefix(close + 1);
  }
  const bool in_query = route.method == Method::kGet || route.method == Method::kDelete ||
                        route.body == Body::kOctets;
  if (in_query) {
    for (const Field& field : route.input) {
      json::object schema = schema_of(field);
      parameters.push_back(json::object{{"name", field.name},
                                        {"in", "query"},
                                        {"required", field.need == Field::Need::kRequired},
                                        {"schema", std::move(schema)}});
    }
  } else if (!route.input.empty()) {
    operation["requestBody"] =
        json::object{{"required", true}, {"content", content(schema_of(route.input))}};
  }
  if (route.body == Body::kOctets) {
    operation["requestBody"] = json::object{
        {"required", true},
        {"content", json::object{{"application/octet-stream",
                                  json::object{{"schema", json::object{{"type", "string"},
                                                                       {"format", "binary"}}}}}}}};
  }
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  json::object responses;
  json::object good{{"description", "It was done."}};
  if (!route.output.empty()) good["content"] = content(schema_of(route.output));
  responses["2XX"] = std::move(good);
  responses["default"] = json::object{
      {"description", "It was refused."},
      {"content",
       json::object{{"application/json",
                     json::object{{"schema",
                                   json::object{{"$ref", route.manners == Manners::kDemo
                                                             ? "#/components/schemas/DemoError"
                                                             : "#/components/schemas/Error"}}}}}}}};
  operation["responses"] = std::move(responses);
  if (route.access != Access::kAnyone) {
    operation["security"] = json::array{json::object{{"session", json::array{}}},
                                        json::object{{"token", json::array{}}}};
  }
  operation["x-access"] = route.access == Access::kAnyone      ? "anyone"
                          : route.access == Access::kSignedIn  ? "signed-in"
                          : route.access == Access::kModerator ? "moderator"
                                                               : "administrator";
  return operation;
}

}  // namespace

json::object openapi(const Router& router, std::string_view title, std::string_view version) {
  std::map<std::string, json::object, std::less<>> paths;
  for (const Route* route : router.routes()) {
    std::string method(wire::http::to_string(route->method));
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    paths[std::string(route->path)][method] = operation_of(*route);
  }
  json::object all;
  for (auto& [path, operations] : paths) all[path] = std::move(operations);
  const auto text = [](std::string_view description) {
    return json::object{{"type", "string"}, {"description", description}};
  };
  return {
      {"openapi", "3.1.0"},
      {"info", json::object{{"title", title}, {"version", version}}},
      {"paths", std::move(all)},
      {"components",
       json::object{
           {"securitySchemes",
            json::object{
                {"session", json::object{{"type", "apiKey"},
                                         {"in", "cookie"},
                                         {"name", "rostrum_session"},
                                         {"description",
                                          "What signing in sets. Requests that change something "
                                          "also need the field X-CSRF-Token."}}},
                {"token", json::object{{"type", "http"}, {"scheme", "bearer"}}}}},
           {"schemas",
            json::object{
                {"Error",
                 json::object{{"type", "object"},
                              {"required", json::array{"type", "message"}},
                              {"properties",
                               json::object{{"type", text("For programs; lasts.")},
                                            {"message", text("A sentence that says what to do.")},
                                            {"field", text("The input that it is about.")}}}}},
                {"DemoError",
                 json::object{{"type", "object"},
                              {"required", json::array{"__type"}},
                              {"properties", json::object{{"__type", text("The error's name.")},
                                                          {"message", text("More words.")}}}}}}}}}};
}

}  // namespace app

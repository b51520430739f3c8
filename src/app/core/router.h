// Finds the route of a request, and checks what it brings against the route's table. The same
// tables make the OpenAPI document.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/core/refusal.h"
#include "app/core/route.h"

namespace app {

class Router {
 public:
  /// The tables outlive it. CHECKs that no two routes answer the same request.
  void add(std::span<const Route> routes);

  struct Match {
    const Route* route = nullptr;
    std::vector<std::pair<std::string_view, std::string>> captures;
  };
  /// By method and decoded path; HEAD is GET.
  std::optional<Match> find(wire::http::Method method, std::string_view path) const;
  /// Whether another method would be answered there.
  bool knows_path(std::string_view path) const;
  const std::vector<const Route*>& routes() const { return routes_; }

 private:
  struct Node {
    std::map<std::string, std::size_t, std::less<>> fixed;
    std::size_t variable = 0;  // 0: none
    std::string_view name;     // of the variable
    std::vector<const Route*> here;
  };
  const Node* walk(std::string_view path,
                   std::vector<std::pair<std::string_view, std::string>>* captures) const;

  std::vector<Node> nodes_ = {Node{}};
  std::vector<const Route*> routes_;
};

/// The body or query of a request as the route's input; members that the route does not know are
/// left out.
Outcome<boost::json::object> read_input(const Route& route, const wire::http::Request& request);

/// The OpenAPI 3.1 document of these routes.
boost::json::object openapi(const Router& router, std::string_view title, std::string_view version);

}  // namespace app

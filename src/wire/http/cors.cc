#include "wire/http/cors.h"

#include <string>

namespace wire::http {

bool is_preflight(const Request& request) {
  return request.method == Method::kOptions && request.headers.has("Origin") &&
         request.headers.has("Access-Control-Request-Method");
}

Response preflight_response(const CorsPolicy& policy) {
  Response response = Response::with_status(204);
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Methods", policy.methods);
  response.headers.add("Access-Control-Allow-Headers", policy.request_fields);
  response.headers.add("Access-Control-Max-Age", std::to_string(policy.max_age_seconds));
  return response;
}

void allow_any_origin(const CorsPolicy& policy, Response& response) {
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Access-Control-Expose-Headers", policy.exposed_fields);
}

}  // namespace wire::http

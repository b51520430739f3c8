// Files that become objects of a service that speaks S3: small ones in one piece, others in parts
// that are read, sent and tried again one by one. Memory is bounded for all files of a store
// together. Made, used and destroyed on one loop.
//
// What fails or is given up is taken back; what a crash left behind is taken back before the same
// object is put again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>

#include "control/http_client.h"
#include "control/s3_attempts.h"
#include "control/s3_requests.h"
#include "io/file_pieces.h"
#include "io/object_store.h"
#include "io/timer.h"

namespace control {

/// Octets of the parts of a file: `usual`, or more where a service would not take so many parts.
std::uint64_t s3_part_size(std::uint64_t size, std::uint64_t usual);

class S3FileUploads {
 public:
  using Pending = io::ObjectStore::Pending;
  using Done = io::ObjectStore::Done<void>;

  /// All of them outlive it.
  S3FileUploads(io::Loop& loop, HttpClient& http, const S3Requests& requests,
                io::FilePieces& pieces);
  ~S3FileUploads();
  S3FileUploads(const S3FileUploads&) = delete;
  S3FileUploads& operator=(const S3FileUploads&) = delete;

  /// As io::ObjectStore::put_file. The name has been checked.
  std::unique_ptr<Pending> begin(io::PutFile file, Done done);

 private:
  class Upload;
  class Room;

  // Room in memory for pieces: uploads that find none wait for their turn.
  bool has_room(std::uint64_t octets) const;
  bool take_room(Upload& who, std::uint64_t octets);
  void give_room(std::uint64_t octets);
  void serve();
  void forget(const Upload& who);
  /// Takes back an upload that has begun. Nobody hears how that goes: if it fails, the next one of
  /// that object or a rule of the bucket does it.
  void abort(const io::ObjectName& name, const std::string& id);

  io::Loop& loop_;
  HttpClient& http_;
  const S3Requests& requests_;
  io::FilePieces& pieces_;
  std::uint64_t in_memory_ = 0;
  std::size_t pieces_in_memory_ = 0;
  std::deque<Upload*> waiting_;  // each once
  const Upload* served_ = nullptr;
  io::Timer turn_;
  std::list<std::unique_ptr<S3Attempts>> aborts_;
};

}  // namespace control

package io.diffusion4j.web;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.HttpFault;

/** Maps failures before the service to HTTP errors. */
final class Faults {
  private Faults() {}

  /** Returns the error for a body that is not a request in JSON. */
  static HttpFault malformed(InvalidProtocolBufferException error) {
    return new HttpFault(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage(
                "request: "
                    + Errors.reason(error)
                    + " (expected: a GenerateImagesRequest in proto3 JSON)")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("MALFORMED_JSON")
                        .setDomain("diffusion4j.io")
                        .build()))
            .build());
  }
}

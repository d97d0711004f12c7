package io.diffusion4j.web;

import com.google.common.base.Throwables;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.diffusion4j.serving.http.HttpFault;

/** Maps failures before the service to HTTP errors. */
final class Faults {
  /** Limits the length of quoted input in errors. */
  private static final int LONGEST_MESSAGE = 300;

  private Faults() {}

  /** Returns the error for a body that is not a request in JSON. */
  static HttpFault malformed(InvalidProtocolBufferException error) {
    Throwable cause = Throwables.getRootCause(error); // a message without class names
    String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    if (why.length() > LONGEST_MESSAGE) {
      why = why.substring(0, LONGEST_MESSAGE) + "…";
    }
    return new HttpFault(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage("request: " + why + " (expected: a GenerateImagesRequest in proto3 JSON)")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("MALFORMED_JSON")
                        .setDomain("diffusion4j.io")
                        .build()))
            .build());
  }
}

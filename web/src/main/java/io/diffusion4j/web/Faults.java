package io.diffusion4j.web;

import com.google.common.base.Throwables;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.diffusion4j.serving.http.HttpFault;

/** What goes wrong on the way to the service, as HTTP tells it. */
final class Faults {
  /** No client needs more of what it sent wrong. */
  private static final int LONGEST_MESSAGE = 300;

  private Faults() {}

  /** A body that is no request in JSON. */
  static HttpFault malformed(InvalidProtocolBufferException error) {
    Throwable cause = Throwables.getRootCause(error); // whose message names no class
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

package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** An error as a client sees it. */
record Refusal(Status.Code code, String message, com.google.rpc.Status status) {
  static Refusal of(ThrowingCallable call) {
    return of(catchThrowableOfType(StatusRuntimeException.class, call));
  }

  static Refusal of(StatusRuntimeException error) {
    var status = StatusProto.fromThrowable(error);
    return new Refusal(
        error.getStatus().getCode(),
        String.valueOf(error.getStatus().getDescription()),
        status == null ? com.google.rpc.Status.getDefaultInstance() : status);
  }

  String reason() {
    return detail(ErrorInfo.class).map(ErrorInfo::getReason).orElse("");
  }

  <T extends Message> Optional<T> detail(Class<T> type) {
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    return Optional.empty();
  }
}

package io.diffusion4j.serving.http;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An interceptor that reports a call as ready while less than {@value #BYTES} bytes wait to be
 * sent, as gRPC's own servers do. Armeria reports a call as ready only when nothing waits, so a
 * fast series of small messages would look like a slow reader.
 */
final class ReadyWindow implements ServerInterceptor {
  /** The default of gRPC's own servers. */
  private static final int BYTES = 32 << 10;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var window =
        new SimpleForwardingServerCall<Q, R>(call) {
          /** An upper bound on the bytes that wait to be sent. */
          private final AtomicInteger waiting = new AtomicInteger();

          @Override
          public boolean isReady() {
            if (super.isReady()) {
              waiting.set(0);
              return true;
            }
            return waiting.get() < BYTES && !isCancelled();
          }

          @Override
          public void sendMessage(R message) {
            waiting.addAndGet(((MessageLite) message).getSerializedSize());
            super.sendMessage(message);
          }
        };
    return next.startCall(window, headers);
  }
}

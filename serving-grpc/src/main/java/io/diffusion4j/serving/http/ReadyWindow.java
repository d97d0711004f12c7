package io.diffusion4j.serving.http;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a call be ready for more as long as less than {@value #BYTES} bytes wait to be sent, as in
 * gRPC's own servers. To Armeria a call is ready when nothing waits at all, so that a quick series
 * of small messages would be taken for a slow reader.
 */
final class ReadyWindow implements ServerInterceptor {
  /** The default of gRPC's own servers. */
  private static final int BYTES = 32 << 10;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var window =
        new SimpleForwardingServerCall<Q, R>(call) {
          /** At least as many as wait. */
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

package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.errors.Errors;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a call whose handler throws. A {@link StatusRuntimeException} is sent to the client; any
 * other exception is logged, and the client receives {@code INTERNAL} with the id of the log entry.
 *
 * <p>It also rejects calls without a message, or with several messages where the method takes one,
 * which gRPC would report as {@code INTERNAL}.
 */
final class ErrorInterceptor implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorInterceptor.class);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    boolean takesOne = call.getMethodDescriptor().getType().clientSendsOneMessage();
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private int messages;

      @Override
      public void onMessage(Q message) {
        messages++;
        if (!takesOne || messages == 1) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() { // gRPC runs the handlers of unary requests here
        if (takesOne && messages != 1) {
          Errors.close(call, Errors.MALFORMED_REQUEST.error(messages + " messages"));
          return;
        }
        try {
          super.onHalfClose();
        } catch (StatusRuntimeException e) {
          Errors.close(call, e);
        } catch (RuntimeException e) {
          String id = CallContext.current().id();
          LOG.atError()
              .addKeyValue("request_id", id)
              .addKeyValue("method", call.getMethodDescriptor().getFullMethodName())
              .setCause(e)
              .log("call failed");
          Errors.close(call, Errors.INTERNAL.error(id));
        }
      }
    };
  }
}

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
 * Ends a call whose handler throws: with the error it threw for the client, or, for a fault of
 * ours, with an id under which the log tells what it was.
 */
final class ErrorInterceptor implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorInterceptor.class);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onHalfClose() { // where handlers of one request run
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
          Errors.close(call, Errors.internal(id));
        }
      }
    };
  }
}

package io.diffusion4j.openinference;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The response of an in-process service that responds before its method returns. */
final class Answer<T> implements StreamObserver<T> {
  private @Nullable T message;
  private @Nullable Throwable error;

  private Answer() {}

  /**
   * Calls a method.
   *
   * @throws StatusRuntimeException if the method throws it or ends with it
   */
  static <Q, T> T of(BiConsumer<Q, StreamObserver<T>> method, Q request) {
    var answer = new Answer<T>();
    method.accept(request, answer);
    if (answer.error != null) {
      throw Status.fromThrowable(answer.error)
          .asRuntimeException(Status.trailersFromThrowable(answer.error));
    }
    if (answer.message == null) {
      throw new IllegalStateException("a service has not answered (expected: before it returns)");
    }
    return answer.message;
  }

  @Override
  public void onNext(T value) {
    message = value;
  }

  @Override
  public void onError(Throwable failure) {
    error = failure;
  }

  @Override
  public void onCompleted() {}
}

package io.diffusion4j.openinference;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;

/** A unary call on behalf of an HTTP request; a client that disconnects cancels it. */
final class Call<Q, T> implements ClientResponseObserver<Q, T> {
  private final ServiceRequestContext context;
  private final CompletableFuture<T> answer = new CompletableFuture<>();

  Call(ServiceRequestContext context) {
    this.context = context;
  }

  /** Returns the answer to come. */
  CompletableFuture<T> answer() {
    return answer;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> call) {
    var unused =
        context
            .whenRequestCancelling()
            .thenAccept(cause -> call.cancel("the client has left", cause));
  }

  @Override
  public void onNext(T message) {
    answer.complete(message);
  }

  @Override
  public void onError(Throwable error) {
    answer.completeExceptionally(error);
  }

  @Override
  public void onCompleted() {}
}

package io.diffusion4j.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.ServiceBindingBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.grpc.Credentials;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An HTTP interface in JSON whose errors have a form of their own, as its clients expect. */
public abstract class JsonApi implements HttpApi {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * A request that has arrived completely.
   *
   * @param server a channel to the services
   */
  public record Arrived(
      ServiceRequestContext context, AggregatedHttpRequest request, Channel server) {
    /** Returns a channel on behalf of the client, authenticated once if it is already. */
    public Channel service() {
      return Credentials.passedOn(server, context);
    }
  }

  /** A handler of requests. It may block. */
  @FunctionalInterface
  public interface Handler {
    /** Answers a request, or fails with an {@link ApiException} or an error of the service. */
    CompletionStage<HttpResponse> answer(Arrived arrived);
  }

  /**
   * Returns the error for a failure in the form of this interface, or null for a fault of the
   * server, which is logged.
   *
   * @param cause a {@link StatusRuntimeException} of the service, or an exception of Armeria
   */
  protected abstract @Nullable ApiException explain(Throwable cause);

  /** Adds a handler of a route. */
  protected final void add(ServiceBindingBuilder route, Channel service, Handler handler) {
    route
        .errorHandler(this::refused)
        .build(
            (ctx, request) ->
                response(
                    ctx,
                    request
                        .aggregate(ctx.eventLoop())
                        .thenComposeAsync(
                            body -> handler.answer(new Arrived(ctx, body, service)),
                            ctx.blockingTaskExecutor())));
  }

  /** Adds a handler of a route whose responses are JSON. */
  protected final void addJson(
      ServiceBindingBuilder route, Channel service, Function<Arrived, ? extends JsonNode> body) {
    add(
        route,
        service,
        arrived -> CompletableFuture.completedFuture(json(HttpStatus.OK, body.apply(arrived))));
  }

  /** Returns a future response; a failure becomes an error of this interface. */
  protected final HttpResponse response(
      ServiceRequestContext ctx, CompletableFuture<HttpResponse> answer) {
    return HttpResponse.of(answer.exceptionally(failure -> failed(ctx, failure)));
  }

  private HttpResponse failed(ServiceRequestContext ctx, Throwable failure) {
    Throwable cause = Exceptions.peel(failure);
    ApiException error = cause instanceof ApiException own ? own : explain(cause);
    if (error == null) {
      return HttpResponse.ofFailure(cause); // the server logs the exception
    }
    if (!(cause instanceof StatusRuntimeException)) { // which the service counts itself
      Refusals.because(ctx, error.reason());
    }
    return error.toResponse();
  }

  /** Handles requests that the server rejected before this interface. */
  protected final @Nullable HttpResponse refused(ServiceRequestContext ctx, Throwable cause) {
    Throwable why = HttpErrors.tooLarge(cause).map(Throwable.class::cast).orElse(cause);
    ApiException error = why instanceof StatusRuntimeException ? explain(why) : null;
    return error == null ? null : error.toResponse(); // null: the same as on other routes
  }

  /**
   * Parses a body; each key may stand once, and nothing may follow.
   *
   * @return empty if it is JSON but no object
   * @throws JsonProcessingException if it is no JSON
   */
  public static Optional<ObjectNode> parse(String body) throws JsonProcessingException {
    return STRICT.readTree(body) instanceof ObjectNode object
        ? Optional.of(object)
        : Optional.empty();
  }

  /** Returns the content of text in base64, alone or in a data URL; empty if it is neither. */
  public static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(
          Base64.getDecoder()
              .decode(text.startsWith("data:") ? text.substring(text.indexOf(',') + 1) : text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Cancels a call of the service when the client of this request disconnects. */
  public static void cancelWith(ServiceRequestContext context, ClientCallStreamObserver<?> call) {
    var unused =
        context
            .whenRequestCancelling()
            .thenAccept(cause -> call.cancel("the client has left", cause));
  }

  /** Returns a new object without fields. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Returns a response with a body in JSON. */
  public static HttpResponse json(HttpStatus status, JsonNode body) {
    return HttpResponse.of(
        ResponseHeaders.builder(status).contentType(MediaType.JSON_UTF_8).build(),
        HttpData.ofUtf8(body.toString()));
  }
}

package io.diffusion4j.mcp;

import static java.util.Objects.requireNonNull;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.diffusion4j.serving.auth.Principal;
import io.grpc.Channel;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.server.McpAsyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpStreamableServerTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/** A request in progress: on whose behalf it is, and the stream of events that answers it. */
final class McpCall implements McpStreamableServerTransport {
  private static final String KEY = "call";

  private final McpJsonMapper json;
  private final Channel service;
  private final Principal principal;
  private final HttpResponseWriter events = HttpResponse.streaming();
  private final Disposable.Swap running = Disposables.swap();

  /**
   * Creates a call.
   *
   * @param service a channel on behalf of the client
   */
  McpCall(McpJsonMapper json, Channel service, Principal principal) {
    this.json = json;
    this.service = service;
    this.principal = principal;
    events.write(
        ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.EVENT_STREAM).build());
  }

  /** Returns the call that a handler of the SDK answers. */
  static McpCall of(McpAsyncServerExchange exchange) {
    return (McpCall) requireNonNull(exchange.transportContext().get(KEY), "a call of McpApi");
  }

  /** Returns the context in which {@link #of} finds this call. */
  McpTransportContext context() {
    return McpTransportContext.create(Map.of(KEY, this));
  }

  Channel service() {
    return service;
  }

  Principal principal() {
    return principal;
  }

  HttpResponse response() {
    return events;
  }

  /** Sets the work, which is cancelled with the call. */
  void runs(Disposable work) {
    running.update(work);
  }

  /** Stops the work and ends the stream, without a result. */
  void cancel() {
    running.dispose();
    events.close();
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return sendMessage(message, null);
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message, @Nullable String messageId) {
    return Mono.fromRunnable(
        () -> {
          try {
            // Writing fails if the client has disconnected, and the call is cancelled.
            var unused =
                events.tryWrite(
                    HttpData.ofUtf8(
                        "event: message\ndata: " + json.writeValueAsString(message) + "\n\n"));
          } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
          }
        });
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return json.convertValue(data, type);
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(events::close);
  }
}

package io.diffusion4j.mcp;

import static java.util.concurrent.CompletableFuture.completedFuture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ticker;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.mcp.McpSessions.Session;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.grpc.PrincipalContext;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.model.Palette;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.HttpHeaders;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Schedulers;

/** The route {@code /mcp}: messages of JSON-RPC, each request of which is answered by a stream. */
final class McpApi extends JsonApi {
  private static final Logger LOG = LoggerFactory.getLogger(McpApi.class);
  private static final String INSTRUCTIONS =
      "Draws and changes pictures with local diffusion models; list_models has their tasks. Results"
          + " are pictures with URIs, which the arguments for pictures accept.";

  private static final long KEPT_BYTES = 64L << 20;

  private final McpJsonMapper json = new JacksonMcpJsonMapper(JsonMapper.builder().build());
  private final McpSessions sessions = new McpSessions(Ticker.systemTicker());
  private final Callers callers;
  private final Provenance provenance;
  private final Optional<Palette> palette;
  private final PictureWorkers workers;

  McpApi(
      Callers callers, Provenance provenance, Optional<Palette> palette, PictureWorkers workers) {
    this.workers = workers;
    this.callers = callers;
    this.provenance = provenance;
    this.palette = palette;
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    var pictures = new KeptPictures(KEPT_BYTES, palette);
    var unused =
        McpServer.async(sessions)
            .serverInfo("diffusion4j", ResolvedRequest.SOFTWARE.replace("Diffusion4J ", ""))
            .instructions(INSTRUCTIONS)
            .capabilities(ServerCapabilities.builder().tools(false).resources(false, false).build())
            .tools(new McpTools(pictures, provenance, palette, workers).all())
            .resourceTemplates(pictures.resources())
            .jsonMapper(json)
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .validateToolInputs(false) // the tools themselves name the faults of arguments
            .build();
    add(
        server.route().path("/mcp").methods(HttpMethod.POST, HttpMethod.GET, HttpMethod.DELETE),
        service,
        this::answer);
  }

  private CompletionStage<HttpResponse> answer(Arrived arrived) {
    Principal principal =
        PrincipalContext.of(arrived.context(), arrived.request().headers(), callers);
    HttpMethod method = arrived.request().method();
    if (method == HttpMethod.POST) {
      return message(arrived, principal);
    }
    if (method == HttpMethod.GET) {
      throw new Fault(
          HttpStatus.METHOD_NOT_ALLOWED, "GET: no stream (expected: POST; nothing is announced)");
    }
    session(arrived, principal); // or an error
    sessions.end(id(arrived));
    return completedFuture(HttpResponse.of(HttpStatus.NO_CONTENT));
  }

  private CompletionStage<HttpResponse> message(Arrived arrived, Principal principal) {
    ObjectNode message = parse(arrived);
    String method = message.path("method").asText();
    if (message.has("id") && method.equals(McpSchema.METHOD_INITIALIZE)) {
      return begin(read(message, JSONRPCRequest.class), principal);
    }
    Session session = session(arrived, principal);
    if (method.isEmpty()) { // a response, but the server requests nothing of its clients
      throw malformed("no method", "a request or a notification");
    }
    if (message.has("id")) {
      if (!message.hasNonNull("params")) {
        message.putObject("params"); // which the SDK expects of every method
      }
      return completedFuture(run(arrived, session, principal, read(message, JSONRPCRequest.class)));
    }
    if (method.equals("notifications/cancelled")) {
      session.cancel(message.at("/params/requestId").asText());
    }
    return completedFuture(HttpResponse.of(HttpStatus.ACCEPTED)); // others change nothing here
  }

  private CompletionStage<HttpResponse> begin(JSONRPCRequest request, Principal principal) {
    var begun = sessions.begin(principal.name(), read(request.params(), InitializeRequest.class));
    return begun
        .initResult()
        .map(result -> JSONRPCResponse.result(request.id(), result))
        .map(response -> json(HttpStatus.OK, json.convertValue(response, ObjectNode.class)))
        .map(
            response ->
                response.mapHeaders(
                    headers ->
                        headers.toBuilder()
                            .set(HttpHeaders.MCP_SESSION_ID, begun.session().getId())
                            .build()))
        .toFuture();
  }

  private HttpResponse run(
      Arrived arrived, Session session, Principal principal, JSONRPCRequest request) {
    var call = new McpCall(json, arrived.service(), principal);
    String id = String.valueOf(request.id());
    session.calls().put(id, call);
    var unused = arrived.context().whenRequestCancelling().thenAccept(left -> call.cancel());
    call.runs(
        session
            .session()
            .responseStream(request, call)
            .contextWrite(context -> context.put(McpTransportContext.KEY, call.context()))
            .subscribeOn(Schedulers.fromExecutor(arrived.context().blockingTaskExecutor()))
            .doFinally(end -> session.calls().remove(id, call))
            .subscribe(done -> {}, failure -> fail(call, request, failure)));
    return call.response();
  }

  /** Ends a call whose parameters have another form, or that failed in this server. */
  private static void fail(McpCall call, JSONRPCRequest request, Throwable failure) {
    boolean theirs = failure instanceof IllegalArgumentException;
    if (!theirs) {
      LOG.error("a call of MCP failed", failure);
    }
    var error =
        new JSONRPCResponse.JSONRPCError(
            theirs ? ErrorCodes.INVALID_PARAMS : ErrorCodes.INTERNAL_ERROR,
            theirs ? "params: invalid (expected: those of the method)" : "internal error");
    var response = JSONRPCResponse.error(request.id(), error);
    call.sendMessage(response).then(call.closeGracefully()).subscribe();
  }

  private static ObjectNode parse(Arrived arrived) {
    try {
      return JsonApi.parse(arrived.request().contentUtf8())
          .orElseThrow(() -> malformed("no object", "one message of JSON-RPC 2.0"));
    } catch (JsonProcessingException e) {
      throw malformed(Errors.quote(e.getOriginalMessage()), "JSON");
    }
  }

  private <T> T read(@Nullable Object value, Class<T> type) {
    try {
      T read = json.convertValue(value, type);
      if (read != null) {
        return read;
      }
    } catch (IllegalArgumentException e) {
      throw malformed(Errors.quote(Errors.reason(e)), "one message of JSON-RPC 2.0");
    }
    throw malformed("no params", "those of the method");
  }

  private static Fault malformed(String value, String expected) {
    return new Fault(HttpStatus.BAD_REQUEST, "message: " + value + " (expected: " + expected + ")");
  }

  private static String id(Arrived arrived) {
    return arrived.request().headers().get(HttpHeaders.MCP_SESSION_ID, "");
  }

  private Session session(Arrived arrived, Principal principal) {
    return sessions
        .get(principal.name(), id(arrived))
        .orElseThrow(
            () ->
                new Fault(
                    HttpStatus.NOT_FOUND, "mcp-session-id: unknown (expected: of a session)"));
  }

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    return cause instanceof StatusRuntimeException ? new Fault(HttpFault.of(cause)) : null;
  }

  /** An error in the form of JSON-RPC, for a message that no session handles. */
  private static final class Fault extends ApiException {
    private static final long serialVersionUID = 1;

    Fault(HttpFault fault) {
      super(fault);
    }

    Fault(HttpStatus status, String message) {
      super(status, "INVALID_MESSAGE", message);
    }

    @Override
    protected ObjectNode body() {
      ObjectNode body = object().put("jsonrpc", "2.0").putNull("id");
      body.putObject("error").put("code", ErrorCodes.INVALID_REQUEST).put("message", getMessage());
      return body;
    }
  }
}

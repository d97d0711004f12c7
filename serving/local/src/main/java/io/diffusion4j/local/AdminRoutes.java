package io.diffusion4j.local;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.rpc.Code;
import com.google.rpc.Status;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.serving.file.StrictYaml;
import io.diffusion4j.serving.http.HttpFault;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Routes of a port for operators, whose requests and answers are records in JSON, with the keys of
 * the configuration file. The response to an invalid argument is status 400 in the form of the
 * service's errors.
 */
public final class AdminRoutes {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private final ServerBuilder server;

  /** Routes of a server that is being built. */
  AdminRoutes(ServerBuilder server) {
    this.server = server;
  }

  /** Returns the response to a request, to be written as JSON; may block. */
  @FunctionalInterface
  public interface Operation {
    /** Returns a record, a map or a list. */
    Object answer(Call call);
  }

  /** A request. */
  public record Call(ServiceRequestContext context, AggregatedHttpRequest request) {
    /** Returns the part of the path at {@code {name}}. */
    public String part(String name) {
      return String.valueOf(context.pathParam(name));
    }

    /**
     * Returns the body as a record.
     *
     * @throws IllegalArgumentException if it is none
     */
    public <T> T body(Class<T> type) {
      return StrictYaml.read("body", request.contentUtf8(), type);
    }
  }

  /** Adds a route. */
  public AdminRoutes on(HttpMethod method, String path, Operation operation) {
    server
        .route()
        .methods(method)
        .path(path)
        .build(
            (context, request) ->
                HttpResponse.of(
                    request
                        .aggregate()
                        .thenApplyAsync(
                            body -> answer(operation, new Call(context, body)),
                            context.blockingTaskExecutor())));
    return this;
  }

  private static HttpResponse answer(Operation operation, Call call) {
    try {
      byte[] json = JSON.writeValueAsBytes(operation.answer(call));
      return HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, HttpData.wrap(json));
    } catch (IllegalArgumentException | CheckpointException | UncheckedIOException e) {
      return refusal(e.getMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record that cannot be written as JSON", e);
    }
  }

  private static HttpResponse refusal(@Nullable String why) {
    var status =
        Status.newBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).setMessage(oneLine(why)).build();
    return new HttpFault(status).toJson().toHttpResponse();
  }

  /** Joins a message with a line for each fault into one line. */
  static String oneLine(@Nullable String message) {
    return String.valueOf(message).strip().replaceAll("\\R\\s*", " ");
  }
}

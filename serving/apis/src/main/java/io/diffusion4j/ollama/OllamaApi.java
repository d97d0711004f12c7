package io.diffusion4j.ollama;

import static java.util.concurrent.CompletableFuture.completedFuture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.http.ApiException;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.http.JsonFields;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.request.ResolvedRequest;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.web.SharedRoute;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes under {@code /api/}. */
final class OllamaApi extends JsonApi implements SharedRoute {
  private static final String ROOT = "/api/";

  private final Resizer resizer;
  private final PictureWorkers workers;

  @Inject
  OllamaApi(Resizer resizer, PictureWorkers workers) {
    this.resizer = resizer;
    this.workers = workers;
  }

  @Override
  public void addTo(ServerBuilder server, Channel service) {
    get(server, service, "tags", arrived -> new OllamaModels(arrived.service()).tags());
    get(server, service, "ps", arrived -> new OllamaModels(arrived.service()).running());
    get(server, service, "version", arrived -> version());
    post(server, service, "show", OllamaApi::show);
    post(server, service, "embed", OllamaApi::embed);
    add(server.route().pathPrefix(ROOT), service, this::otherRoute);
  }

  private void get(
      ServerBuilder server, Channel service, String name, Function<Arrived, ObjectNode> body) {
    addJson(server.route().get(ROOT + name), service, body);
  }

  private void post(
      ServerBuilder server, Channel service, String name, Function<Arrived, ObjectNode> body) {
    addJson(server.route().post(ROOT + name), service, body);
  }

  /** Handles {@code /api/generate} of a server without the web page, which has that route, too. */
  private CompletionStage<HttpResponse> otherRoute(Arrived arrived) {
    if (arrived.request().method() == HttpMethod.POST
        && arrived.context().path().equals(ROOT + "generate")) {
      return generate(arrived, fields(arrived));
    }
    String route = arrived.request().method() + " " + arrived.context().path();
    throw OllamaException.notFound("UNKNOWN_URL", Errors.quote(route) + ": not supported here");
  }

  @Override
  public Optional<CompletionStage<HttpResponse>> answer(Arrived arrived) {
    try {
      return JsonApi.parse(arrived.request().contentUtf8())
          .filter(json -> json.has("prompt")) // which requests of the page have at no top level
          .map(json -> generate(arrived, new JsonFields(json, OllamaException::invalid)));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private CompletionStage<HttpResponse> generate(Arrived arrived, JsonFields fields) {
    Model model = model(arrived, fields);
    if (OllamaRequest.prompt(fields).isEmpty()) {
      ObjectNode loaded = OllamaDrawing.done(OllamaRequest.model(fields), "load");
      return completedFuture(json(HttpStatus.OK, loaded));
    }
    var asked = OllamaRequest.of(fields, model);
    return OllamaDrawing.of(asked, resizer, workers, arrived.service(), arrived.context());
  }

  private static Model model(Arrived arrived, JsonFields fields) {
    return new OllamaModels(arrived.service()).named(OllamaRequest.model(fields));
  }

  private static ObjectNode show(Arrived arrived) {
    JsonFields fields = fields(arrived);
    OllamaRequest.requireWithoutSettings(fields, "verbose");
    return OllamaModels.show(model(arrived, fields));
  }

  private static ObjectNode version() {
    String version = ResolvedRequest.SOFTWARE.replace("Diffusion4J ", "");
    return object().put("version", version);
  }

  /** Returns the embeddings of texts, in the space of the model's images, with norm 1. */
  private static ObjectNode embed(Arrived arrived) {
    JsonFields fields = fields(arrived);
    OllamaRequest.requireWithoutSettings(fields, "input");
    var request = EmbedTextsRequest.newBuilder().setModel(model(arrived, fields).getName());
    JsonNode input = fields.json().path("input");
    for (JsonNode text :
        input.isArray() ? input : JsonNodeFactory.instance.arrayNode().add(input)) {
      if (!text.isTextual()) {
        throw OllamaException.invalid(
            "input", Errors.quote(text.toString()), "a string, or a list of strings");
      }
      request.addTexts(text.textValue());
    }
    ObjectNode answer = object().put("model", OllamaRequest.model(fields));
    var embeddings = answer.putArray("embeddings");
    var stub = EmbeddingServiceGrpc.newBlockingStub(arrived.service());
    for (Embedding embedding : stub.embedTexts(request.build()).getEmbeddingsList()) {
      var values = embeddings.addArray();
      List<Float> all = embedding.getValuesList();
      double norm = Math.sqrt(all.stream().mapToDouble(value -> (double) value * value).sum());
      all.forEach(value -> values.add(value / norm));
    }
    return answer;
  }

  private static JsonFields fields(Arrived arrived) {
    return JsonFields.of(arrived.request().contentUtf8(), OllamaException::invalid);
  }

  @Override
  protected @Nullable ApiException explain(Throwable cause) {
    return cause instanceof StatusRuntimeException ? OllamaException.of(cause) : null;
  }
}

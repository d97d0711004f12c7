package io.diffusion4j.mcp;

import com.google.protobuf.ByteString;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.mcp.ToolArguments.Parameter;
import io.diffusion4j.provenance.Finding;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.Verifier;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.v1.ClassifyImagesRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.MixIngredient;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.SearchImagesRequest;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.StatusRuntimeException;
import io.modelcontextprotocol.server.McpAsyncServerExchange;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The tools, a row each.
 *
 * @param provenance whose key and watermark pictures are verified with
 */
record McpTools(KeptPictures pictures, Provenance provenance) {
  private static final long MAX_PIXELS = 1L << 24;

  private static final String PICTURE = "A picture in base64, or the URI of one in a result.";
  private static final Parameter IMAGE = new Parameter("image", true, "string", PICTURE);
  private static final Parameter PROMPT =
      new Parameter("prompt", true, "string", "What the picture shows.");
  private static final Parameter NEGATIVE =
      new Parameter("negative_prompt", false, "string", "What it must not show.");
  private static final Parameter MODEL =
      new Parameter("model", false, "string", "A model of list_models. Default: its first.");

  /** The parameters of every tool that draws. */
  private static final List<Parameter> OF_DRAWING =
      Stream.concat(
              Stream.of(
                  MODEL,
                  new Parameter("count", false, "integer", "How many pictures. Default: 1."),
                  new Parameter(
                      "seed", false, "integer", "The same seed draws the same pictures.")),
              ToolArguments.SETTINGS.stream())
          .toList();

  /** A call of a tool. */
  private record Asked(
      McpAsyncServerExchange exchange, @Nullable Object progressToken, ToolArguments arguments) {}

  /** What a tool does. */
  private interface Handler {
    Mono<CallToolResult> answer(Asked asked) throws IOException;
  }

  /** Returns all tools. */
  List<AsyncToolSpecification> all() {
    return List.of(
        drawing(
            "generate",
            "Draws pictures of a text.",
            List.of(PROMPT, NEGATIVE),
            given -> Requests.textToImage(given.text("prompt"), given.text("negative_prompt"))),
        drawing(
            "vary",
            "Draws other pictures with the content of a picture.",
            List.of(
                IMAGE,
                new Parameter(
                    "likeness", false, "number", "0 for a new composition to 1 for the same.")),
            given -> Requests.variation(image(given), given.number("likeness").orElse(0.0))),
        drawing(
            "edit",
            "Changes a picture by a text: all of it, or the part that is white in a mask.",
            List.of(
                IMAGE,
                PROMPT,
                new Parameter("mask", false, "string", "White where it is redrawn. " + PICTURE),
                new Parameter(
                    "strength", false, "number", "0 keeps it, 1 ignores it. Default: 0.5.")),
            given -> edit(given)),
        drawing(
            "mix",
            "Draws pictures of a weighted sum of texts and pictures.",
            List.of(new Parameter("ingredients", true, ingredients()), NEGATIVE),
            given -> {
              var request =
                  Requests.mix(
                      given.list("ingredients").stream()
                          .map(each -> ingredient(given, each))
                          .toList());
              request.getMixBuilder().setNegativeText(given.text("negative_prompt"));
              return request;
            }),
        drawing(
            "upscale",
            "Enlarges a picture.",
            List.of(IMAGE),
            given -> Requests.upscale(image(given))),
        tool(
            "describe",
            "Finds the labels that fit a picture best, with probabilities (CLIP).",
            List.of(
                IMAGE,
                new Parameter(
                    "labels",
                    true,
                    Map.of(
                        "type", "array",
                        "items", Map.of("type", "string"),
                        "description", "What the picture may show.")),
                MODEL),
            this::describe),
        tool(
            "search",
            "Finds pictures of an index by a text or by a picture.",
            List.of(
                new Parameter(
                    "index", false, "string", "An index of the server. Default: its only one."),
                new Parameter("text", false, "string", "What the pictures show."),
                new Parameter("image", false, "string", PICTURE),
                new Parameter("count", false, "integer", "How many. Default: 10.")),
            this::search),
        tool(
            "list_models",
            "Lists the models with their tasks, sizes and settings.",
            List.of(),
            this::models),
        tool(
            "verify",
            "Finds whether a picture was drawn by this server, or was changed since.",
            List.of(IMAGE),
            this::verify));
  }

  private AsyncToolSpecification tool(
      String name, String description, List<Parameter> parameters, Handler handler) {
    return new AsyncToolSpecification(
        Tool.builder(name, ToolArguments.schema(parameters)).description(description).build(),
        (exchange, request) -> answer(exchange, request, parameters, handler));
  }

  private Mono<CallToolResult> answer(
      McpAsyncServerExchange exchange,
      CallToolRequest request,
      List<Parameter> parameters,
      Handler handler) {
    String principal = McpCall.of(exchange).principal();
    var arguments =
        new ToolArguments(
            request.arguments() == null ? Map.of() : request.arguments(),
            uri -> pictures.get(principal, uri));
    try {
      arguments.require(parameters);
      return handler.answer(new Asked(exchange, request.progressToken(), arguments));
    } catch (StatusRuntimeException e) {
      return Mono.just(failed(HttpFault.of(e).message()));
    } catch (IllegalArgumentException | IOException e) {
      return Mono.just(failed(Errors.reason(e)));
    }
  }

  /** Returns the result of a call that failed. */
  static CallToolResult failed(String message) {
    return CallToolResult.builder(List.of(McpDrawing.text(message))).isError(true).build();
  }

  private static Mono<CallToolResult> text(String text) {
    return Mono.just(CallToolResult.builder(List.of(McpDrawing.text(text))).build());
  }

  private AsyncToolSpecification drawing(
      String name,
      String description,
      List<Parameter> own,
      Function<ToolArguments, GenerateImagesRequest.Builder> task) {
    List<String> names = own.stream().map(Parameter::name).toList();
    List<Parameter> parameters = new ArrayList<>(own);
    OF_DRAWING.stream().filter(each -> !names.contains(each.name())).forEach(parameters::add);
    return tool(
        name, description, parameters, asked -> draw(asked, names, task.apply(asked.arguments())));
  }

  /**
   * Draws a request with the settings in the arguments.
   *
   * @param own the parameters of the tool itself, which are no settings where both have the name
   */
  private Mono<CallToolResult> draw(
      Asked asked, List<String> own, GenerateImagesRequest.Builder request) {
    ToolArguments given = asked.arguments();
    String name = given.text("model");
    Model model =
        GenerationClient.model(McpCall.of(asked.exchange()).service(), name)
            .orElseThrow(() -> Check.refusal("model", Errors.quote(name), "one of list_models"));
    request.setModel(model.getName());
    given.count("count").ifPresent(request::setImageCount);
    given
        .value("seed", Number.class, "an integer")
        .ifPresent(seed -> request.addSeeds(seed.longValue()));
    StageOptions settings = given.settings(own);
    if (!settings.equals(StageOptions.getDefaultInstance())) {
      ModelStage stage = MainStage.of(model).orElse(ModelStage.getDefaultInstance());
      request.putStages(stage.getName(), settings);
    }
    return McpDrawing.of(request.build(), asked.exchange(), asked.progressToken(), pictures);
  }

  private static byte[] image(ToolArguments given) {
    return given.picture("image").orElseThrow();
  }

  private static InputImage input(byte[] image) {
    return InputImage.newBuilder().setData(ByteString.copyFrom(image)).build();
  }

  private static GenerateImagesRequest.Builder edit(ToolArguments given) {
    String prompt = given.text("prompt");
    return given
        .picture("mask")
        .map(mask -> Requests.inpaint(image(given), mask, prompt))
        .orElseGet(
            () ->
                Requests.imageToImage(image(given), given.number("strength").orElse(0.5), prompt));
  }

  private static Map<String, Object> ingredients() {
    return Map.of(
        "type",
        "array",
        "description",
        "Texts and pictures, each with a weight, 1 unless given.",
        "items",
        ToolArguments.schema(
            List.of(
                new Parameter("text", false, "string", "A text."),
                new Parameter("image", false, "string", PICTURE),
                new Parameter("weight", false, "number", "Its weight."))));
  }

  private static MixIngredient ingredient(ToolArguments all, Object each) {
    if (!(each instanceof Map<?, ?> map)) {
      throw Check.refusal("ingredients", Errors.quote(String.valueOf(each)), "objects");
    }
    Map<String, Object> values =
        map.entrySet().stream()
            .filter(entry -> entry.getValue() != null)
            .collect(Collectors.toMap(e -> String.valueOf(e.getKey()), e -> (Object) e.getValue()));
    var given = new ToolArguments(values, all.kept());
    double weight = given.number("weight").orElse(1.0);
    return given
        .picture("image")
        .map(image -> Requests.ingredient(image, weight))
        .orElseGet(() -> Requests.ingredient(given.text("text"), weight));
  }

  private Mono<CallToolResult> describe(Asked asked) {
    ToolArguments given = asked.arguments();
    var request =
        ClassifyImagesRequest.newBuilder()
            .setModel(given.text("model"))
            .addImages(input(image(given)));
    given.list("labels").forEach(label -> request.addLabels(String.valueOf(label)));
    request.setTopK(Math.max(1, request.getLabelsCount()));
    return text(
        EmbeddingServiceGrpc.newBlockingStub(McpCall.of(asked.exchange()).service())
            .classifyImages(request.build())
            .getClassifications(0)
            .getLabelsList()
            .stream()
            .map(label -> "%s: %.3f".formatted(label.getLabel(), label.getProbability()))
            .collect(Collectors.joining("\n")));
  }

  private Mono<CallToolResult> search(Asked asked) {
    ToolArguments given = asked.arguments();
    var request = SearchImagesRequest.newBuilder().setIndex(given.text("index"));
    given
        .picture("image")
        .ifPresentOrElse(
            image -> request.setImage(input(image)), () -> request.setText(given.text("text")));
    given.count("count").ifPresent(request::setTopK);
    return text(
        EmbeddingServiceGrpc.newBlockingStub(McpCall.of(asked.exchange()).service())
            .searchImages(request.build())
            .getImagesList()
            .stream()
            .map(found -> "%s: %.3f".formatted(found.getName(), found.getSimilarity()))
            .collect(Collectors.joining("\n")));
  }

  private Mono<CallToolResult> models(Asked asked) {
    return text(
        GenerationClient.models(McpCall.of(asked.exchange()).service()).stream()
            .map(ProtoJson::print)
            .collect(Collectors.joining("\n")));
  }

  private Mono<CallToolResult> verify(Asked asked) throws IOException {
    Finding finding =
        new Verifier(
                provenance.key().map(key -> key.trusted()).stream().toList(),
                provenance.watermark().stream().toList())
            .verify(image(asked.arguments()), Recipes.KEYWORD, MAX_PIXELS);
    return text(finding.verdict().words() + ": " + finding.reason());
  }
}

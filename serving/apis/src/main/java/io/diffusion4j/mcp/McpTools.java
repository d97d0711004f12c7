package io.diffusion4j.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.mcp.ToolArguments.Parameter;
import io.diffusion4j.provenance.Finding;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.Verifier;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.grpc.Rights;
import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.ProtoJson;
import io.diffusion4j.serving.model.Palette;
import io.diffusion4j.serving.request.DecodingMemory;
import io.diffusion4j.serving.request.InputImages;
import io.diffusion4j.serving.v1.ClassifyImagesRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.FoundImage;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.InterpolationTask;
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
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The tools, a row each.
 *
 * @param provenance whose key and watermark pictures are verified with
 * @param palette the user's own pictures; without them, the tools for them are absent
 * @param workers the threads that decode pictures to verify
 */
record McpTools(
    KeptPictures pictures,
    Provenance provenance,
    Optional<Palette> palette,
    PictureWorkers workers) {
  /** Between two notifications of a job. */
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final String STRENGTH = "strength";
  private static final String PICTURE = "A picture in base64, or the URI of one in a result.";
  private static final String FOUND = "Pictures of the palette: URIs that search found.";
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
                  new Parameter("seed", false, "integer", "The same seed draws the same pictures."),
                  new Parameter(
                      "lora", false, "string", "An update of list_models: NAME or NAME:SCALE.")),
              ToolArguments.SETTINGS.stream())
          .toList();

  /** A call of a tool. */
  record Asked(
      McpAsyncServerExchange exchange, @Nullable Object progressToken, ToolArguments arguments) {
    /** Notifies of the progress, if the client requested that. */
    void progress(long done, long total, String message) {
      if (progressToken != null) {
        exchange
            .progressNotification(
                ProgressNotification.builder(progressToken, (double) done)
                    .total((double) total)
                    .message(message)
                    .build())
            .subscribe();
      }
    }
  }

  /** What a tool does. */
  private interface Handler {
    Mono<CallToolResult> answer(Asked asked);
  }

  /** Returns all tools. */
  List<AsyncToolSpecification> all() {
    return Stream.concat(always().stream(), palette.stream().flatMap(this::ofPalette)).toList();
  }

  private Stream<AsyncToolSpecification> ofPalette(Palette own) {
    var images = Map.of("type", "array", "items", Map.of("type", "string"), "description", FOUND);
    return Stream.of(
        tool(
            "index",
            "Reads the folder of the user's own pictures again, for search.",
            List.of(),
            asked -> job(asked, own, own::index, "indexed")),
        tool(
            "train",
            "Trains a LoRA on the user's own pictures; later calls that draw take it as lora.",
            List.of(
                new Parameter("name", true, "string", "The name of the new LoRA."),
                new Parameter("images", true, images),
                new Parameter("caption", false, "string", "What all of the pictures show."),
                new Parameter("steps", false, "integer", "Default: the most that are permitted.")),
            asked -> job(asked, own, () -> own.train(training(asked.arguments())), "trained")));
  }

  private List<AsyncToolSpecification> always() {
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
                    "likeness",
                    false,
                    "number",
                    "0 for a new composition to 1 for the same. Default: 0.")),
            given ->
                Requests.variation(image(given), given.fields().number("likeness").orElse(0.0))),
        drawing(
            "edit",
            "Changes a picture by a text: all of it, or the part that is white in a mask.",
            List.of(
                IMAGE,
                PROMPT,
                new Parameter("mask", false, "string", "White where it is redrawn. " + PICTURE),
                new Parameter(
                    STRENGTH,
                    false,
                    "number",
                    "0 keeps it, 1 ignores it. Default: 0.5; with a mask, 1.")),
            given -> edit(given)),
        drawing(
            "mix",
            "Draws pictures of a weighted sum of texts and pictures.",
            List.of(new Parameter("ingredients", true, ingredients()), NEGATIVE),
            given -> {
              var request =
                  Requests.mix(
                      given
                          .fields()
                          .list("ingredients")
                          .valueStream()
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
                    "index",
                    false,
                    "string",
                    "An index of the server. Default: the palette, or its only one."),
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
    Principal principal = McpCall.of(exchange).principal();
    var arguments = new ToolArguments(request.arguments(), uri -> pictures.get(principal, uri));
    try {
      arguments.require(parameters);
      return handler.answer(new Asked(exchange, request.progressToken(), arguments));
    } catch (StatusRuntimeException | IllegalArgumentException e) {
      return Mono.just(failed(e));
    }
  }

  /** Whether a failure is explained to the client, and is no fault of the server. */
  private static boolean isTheirs(Throwable failure) {
    return failure instanceof StatusRuntimeException
        || failure instanceof IllegalArgumentException
        || failure instanceof UncheckedIOException;
  }

  private static CallToolResult failed(Throwable failure) {
    return failed(
        failure instanceof StatusRuntimeException
            ? HttpFault.of(failure).message()
            : Errors.reason(failure));
  }

  /** Returns the result of a call that failed. */
  static CallToolResult failed(String message) {
    return CallToolResult.builder(List.of(McpDrawing.text(message))).isError(true).build();
  }

  private static Mono<CallToolResult> text(String text) {
    return Mono.just(result(text));
  }

  private static CallToolResult result(String text) {
    return CallToolResult.builder(List.of(McpDrawing.text(text))).build();
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
    if (request.hasMix() && !model.getTasksList().contains("mix")) {
      interpolate(request);
    }
    given.count("count").ifPresent(request::setImageCount);
    given.seed("seed").ifPresent(request::addSeeds);
    given.lora().ifPresent(request::addLoras);
    boolean masked = request.hasInpaint(); // where the strength is a setting
    StageOptions settings =
        given.settings(own.stream().filter(each -> !masked || !each.equals(STRENGTH)).toList());
    if (!settings.equals(StageOptions.getDefaultInstance())) {
      ModelStage stage = MainStage.of(model).orElse(ModelStage.getDefaultInstance());
      request.putStages(stage.getName(), settings);
    }
    return McpDrawing.of(request.build(), asked, pictures);
  }

  /** Replaces a mix of two pictures by their interpolation, which more models draw. */
  private static void interpolate(GenerateImagesRequest.Builder request) {
    List<MixIngredient> all = request.getMix().getIngredientsList();
    if (all.size() == 2
        && all.stream().allMatch(MixIngredient::hasImage)
        && request.getMix().getNegativeText().isEmpty()) {
      request.setInterpolation(
          InterpolationTask.newBuilder()
              .setFirst(all.get(0).getImage())
              .setSecond(all.get(1).getImage())
              .setRatio(
                  all.get(1).getWeight() / (all.get(0).getWeight() + all.get(1).getWeight())));
    }
  }

  /** Runs a job of the palette, which ends with the call, and notifies of its progress. */
  private static Mono<CallToolResult> job(
      Asked asked, Palette own, Supplier<CompletableFuture<Void>> job, String done) {
    Rights.requireRole(McpCall.of(asked.exchange()).principal(), Role.TRAIN);
    Mono<Void> end = Mono.fromFuture(job.get(), true).cache();
    return Flux.interval(PAUSE)
        .map(tick -> own.state())
        .distinctUntilChanged(Palette.State::done)
        .doOnNext(now -> asked.progress(now.done(), now.total(), now.job()))
        .takeUntilOther(end)
        .then(end)
        .then(text(done))
        .doOnCancel(own::stop)
        .onErrorResume(failure -> Mono.just(failed(Errors.reason(failure))));
  }

  private static Palette.Training training(ToolArguments given) {
    List<String> names =
        given.fields().texts("images", FOUND).stream()
            .map(
                uri ->
                    KeptPictures.ownName(uri)
                        .orElseThrow(() -> Check.refusal("images", Errors.quote(uri), FOUND)))
            .toList();
    return new Palette.Training(
        given.text("name"), names, given.text("caption"), given.count("steps").orElse(0));
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
                Requests.imageToImage(
                    image(given), given.fields().number(STRENGTH).orElse(0.5), prompt));
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

  private static MixIngredient ingredient(ToolArguments all, JsonNode each) {
    if (!(each instanceof ObjectNode values)) {
      throw Check.refusal("ingredients", Errors.quote(each.toString()), "objects");
    }
    var given = new ToolArguments(values, all.kept());
    given.requireOne("ingredients", "text", "image");
    double weight = given.fields().number("weight").orElse(1.0);
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
    request.addAllLabels(given.fields().texts("labels", "strings"));
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
    given.requireOne("search", "text", "image");
    String index = given.text("index");
    boolean own = palette.isPresent() && (index.isEmpty() || index.equals(Palette.INDEX));
    var request = SearchImagesRequest.newBuilder().setIndex(own ? Palette.INDEX : index);
    given
        .picture("image")
        .ifPresentOrElse(
            image -> request.setImage(input(image)), () -> request.setText(given.text("text")));
    given.count("count").ifPresent(request::setTopK);
    List<Content> content = new ArrayList<>();
    for (FoundImage found :
        EmbeddingServiceGrpc.newBlockingStub(McpCall.of(asked.exchange()).service())
            .searchImages(request.build())
            .getImagesList()) {
      ResourceLink link = KeptPictures.own(found.getName());
      content.add(
          McpDrawing.text(
              "%s: %.3f".formatted(own ? link.uri() : found.getName(), found.getSimilarity())));
      if (own) {
        content.add(link);
      }
    }
    return Mono.just(CallToolResult.builder(content).build());
  }

  private Mono<CallToolResult> models(Asked asked) {
    return text(
        GenerationClient.models(McpCall.of(asked.exchange()).service()).stream()
            .map(ProtoJson::print)
            .collect(Collectors.joining("\n")));
  }

  private Mono<CallToolResult> verify(Asked asked) {
    byte[] file = image(asked.arguments());
    Check.that(
        file.length <= InputImages.MAX_BYTES,
        "image",
        file.length + " bytes",
        "at most %s bytes",
        InputImages.MAX_BYTES);
    return Mono.fromFuture(workers.inspect(() -> verified(file)))
        .map(finding -> result(finding.verdict().words() + ": " + finding.reason()))
        .onErrorResume(McpTools::isTheirs, failure -> Mono.just(failed(failure)));
  }

  private Finding verified(byte[] file) {
    var verifier =
        new Verifier(
            provenance.key().map(key -> key.trusted()).stream().toList(),
            provenance.watermark().stream().toList());
    long most = InputImages.maxPixels(file);
    try {
      long pixels = ImageFiles.pixels(file);
      Check.that(pixels <= most, "image", pixels + " pixels", "at most %s pixels", most);
      return DecodingMemory.SHARED.during(
          pixels, () -> verifier.verify(file, Recipes.KEYWORD, most));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

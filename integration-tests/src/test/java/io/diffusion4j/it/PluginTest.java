package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.util.Modules;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.ScheduleCheck;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.EulerSampler;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelPart;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Users' parts, from the jar to the picture. */
@ExtendWith(TinyPipeline.Resolver.class)
class PluginTest {
  private static final String JAVA = "JavaParts";
  private static final String KOTLIN = "KotlinParts";

  private final Path model;
  @TempDir Path folder = Path.of("");

  PluginTest(TinyPipeline tiny) {
    model = tiny.folder();
  }

  private static GenerateImagesRequest.Builder request() {
    var two = StageOptions.newBuilder().setSteps(2).build();
    return Requests.textToImage("a red apple")
        .addSeeds(7)
        .putStages("decoder", two.toBuilder().setSampler("ddim-half").build())
        .putStages("super_res", two);
  }

  @Test
  void aJarFromJavaAndOneFromKotlinAreServedOverGrpcAndNamedInTheRecipe() throws Exception {
    String javaCode = PluginJars.example("extending.md", "java", "class " + JAVA);
    String kotlinCode = PluginJars.example("extending.md", "kotlin", "class " + KOTLIN);
    assertThat(javaCode.lines()).hasSizeLessThan(20);
    assertThat(kotlinCode.lines()).hasSizeLessThan(20);
    assertThat(Path.of("src/test/kotlin/example/KotlinParts.kt")).hasContent(kotlinCode);
    Path javaJar = PluginJars.ofJava(folder, "example." + JAVA, javaCode);
    Path kotlinJar = PluginJars.ofTestClass(folder, "example." + KOTLIN);

    Path picture = folder.resolve("apple.png");
    try (var served = new Served(List.of(javaJar, kotlinJar));
        var client = GenerationClient.connect("127.0.0.1:" + served.port)) {
      Model listed = client.models().get(0);
      assertThat(listed.getPartsList())
          .extracting(ModelPart::getKind, ModelPart::getModule, ModelPart::getPlugin)
          .containsExactly(
              tuple("prior", "example.JavaParts", "example.JavaParts.jar"),
              tuple("sampler ddim-half", "example.JavaParts", "example.JavaParts.jar"),
              tuple("guidance_rule", "example.KotlinParts", "example.KotlinParts.jar"));
      assertThat(listed.getStages(0).getName()).isEqualTo("prior");
      assertThat(listed.getStages(0).getSamplersList()).isEmpty();
      assertThat(listed.getStages(0).getGuided()).isFalse();
      assertThat(listed.getStages(1).getSamplersList()).contains("ddim", "ddim-half");

      Generation generation = client.generate(request().build());
      byte[] png = generation.images().get(0).png();
      Files.write(picture, png);
      var recipe = Recipes.fromJson(Png.text(png).getOrDefault(Recipes.KEYWORD, ""));
      assertThat(recipe.getPartsList()).isEqualTo(listed.getPartsList());
      assertThat(recipe.getParts(0).getDigest()).startsWith("sha256:");

      var prior = StageOptions.newBuilder().setSteps(3).build();
      var refused =
          catchThrowableOfType(
              GenerationException.class,
              () -> client.generate(request().putStages("prior", prior).build()));
      assertThat(refused.code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(refused).hasMessageContaining("stages[\"prior\"].steps: 3 (expected: unset");
    }

    String[] replay = {"replay", picture.toString(), "--model", model.toString()};
    String alone = output(2, replay);
    assertThat(alone)
        .contains(
            "error: plugin: none with the part prior by example.JavaParts of example.JavaParts.jar"
                + " that drew "
                + picture
                + " (expected: --plugin example.JavaParts.jar with sha256:");
    String again =
        output(
            0,
            "replay",
            picture.toString(),
            "--model",
            model.toString(),
            "--plugin",
            javaJar.toString(),
            "--plugin",
            kotlinJar.toString());
    assertThat(again).contains("the same file, bit for bit");
  }

  /** The output of a command, on both streams. */
  private static String output(int status, String... arguments) throws Exception {
    Process process = PluginJars.diffusion4j(List.of(arguments)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isEqualTo(status);
    return said;
  }

  /** A server in a process of its own. */
  private final class Served implements AutoCloseable {
    private final Process process;
    final int port;

    Served(List<Path> jars) throws IOException {
      List<String> arguments =
          new ArrayList<>(List.of("serve", "--port", "0", "--model", model.toString()));
      jars.forEach(jar -> arguments.addAll(List.of("--plugin", jar.toString())));
      process =
          PluginJars.diffusion4j(arguments)
              .redirectError(folder.resolve("served.err").toFile())
              .start();
      var out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      assertThat(line).as(Files.readString(folder.resolve("served.err"))).isNotNull();
      var address = Pattern.compile("serving \\S+ on 127\\.0\\.0\\.1:(\\d+)").matcher(line);
      assertThat(address.find()).as(line).isTrue();
      port = Integer.parseInt(address.group(1));
    }

    @Override
    public void close() {
      process.destroy();
      assertThat(process.onExit().orTimeout(1, TimeUnit.MINUTES).join().isAlive()).isFalse();
    }
  }

  @Test
  void aServedPluginThatThrowsFailsItsRequestAndNotTheServer() throws IOException {
    Path jar =
        PluginJars.ofJava(
            folder,
            "example.Moody",
            """
            package example;

            import io.diffusion4j.diffusion.component.Prior;

            public final class Moody extends com.google.inject.AbstractModule {
              private int asked;

              @Override
              protected void configure() {
                Prior prior = (draws, settings, listener) -> {
                  if (asked++ == 0) {
                    throw new IllegalStateException("not\\ntoday");
                  }
                  return draws.stream().map(draw -> draw.condition().text().embedding()).toList();
                };
                bind(Prior.class).toInstance(prior);
              }
            }
            """);
    var models =
        LocalModels.load(
            List.of(ServedModel.of(model, TinyPipeline.PRECISION)),
            OpenOptions.with(Residency.ALWAYS),
            Plugins.of(List.of(jar)));
    try (var local = LocalGeneration.of(models, ServerConfig.loopback())) {
      var plain =
          Requests.textToImage("a red apple")
              .putStages("decoder", StageOptions.newBuilder().setSteps(2).build());
      var failed =
          catchThrowableOfType(
              GenerationException.class, () -> local.client().generate(plain.build()));
      assertThat(failed.code()).isEqualTo(Code.INTERNAL);
      assertThat(failed)
          .hasMessageContaining(
              "plugin: prior by example.Moody of example.Moody.jar:"
                  + " java.lang.IllegalStateException: not today (expected: an image embedding for"
                  + " each draw)");
      assertThat(local.client().generate(plain.build()).images()).hasSize(1);
    }
  }

  private void assertRefused(Path jar, String message) {
    assertThatThrownBy(() -> load(Plugins.of(List.of(jar))))
        .isInstanceOf(PluginException.class)
        .hasMessageMatching(message)
        .hasMessageNotContaining("\n");
  }

  private void load(Plugins plugins) {
    LocalModels.load(
            List.of(ServedModel.of(model, TinyPipeline.PRECISION)),
            OpenOptions.with(Residency.ONE_AT_A_TIME),
            plugins)
        .close();
  }

  @Test
  void aPluginThatCannotBeUsedIsRefusedInOneLine() throws IOException {
    assertRefused(
        folder.resolve("no.jar"), "plugin: \\S+/no\\.jar: no such file \\(expected: a jar file\\)");
    Path text = Files.writeString(folder.resolve("text.jar"), "no archive");
    assertRefused(text, "plugin: \\S+/text\\.jar: .+ \\(expected: a jar file\\)");
    Path binding =
        PluginJars.ofJava(
            folder,
            "example.Other",
            "package example; public final class Other extends com.google.inject.AbstractModule {"
                + " protected void configure() { bind(String.class).toInstance(\"x\"); } }");
    assertRefused(
        binding,
        "plugin: example\\.Other\\.jar: example\\.Other: binds java\\.lang\\.String \\(expected:"
            + " one of GuidanceRule, .*TextEncoder, Upsampler, named Sampler, .*\\)");
    Path throwing =
        PluginJars.ofJava(
            folder,
            "example.Angry",
            "package example; public final class Angry extends com.google.inject.AbstractModule {"
                + " public Angry() { throw new IllegalStateException(\"no\"); } }");
    assertRefused(
        throwing,
        "plugin: \\S+/example\\.Angry\\.jar: Provider example\\.Angry could not be instantiated:"
            + " java\\.lang\\.IllegalStateException: no \\(expected: a public class .*\\)");
    Path incomplete =
        PluginJars.ofJava(
            folder,
            "example.Incomplete",
            "package example; import io.diffusion4j.diffusion.component.Prior; public final class"
                + " Incomplete extends com.google.inject.AbstractModule { protected void"
                + " configure() { bind(Prior.class).toProvider(Missing.class); } interface Missing"
                + " extends com.google.inject.Provider<Prior> {} }");
    assertRefused(
        incomplete,
        "plugin: example\\.Incomplete\\.jar: example\\.Incomplete: .+ \\(expected: bindings from"
            + " which the model's parts can be made\\)");
    assertThatThrownBy(() -> load(Plugins.of(new AbstractModule() {})))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("binds nothing (expected: one of");
  }

  @Test
  void whatIsDoubtfulInTheScheduleOfAPluginIsLoggedOnce() throws IOException {
    Path jar =
        PluginJars.ofJava(
            folder,
            "example.Loud",
            """
            package example;

            import io.diffusion4j.diffusion.component.ImageDecoder;
            import io.diffusion4j.diffusion.image.Image;
            import io.diffusion4j.diffusion.solver.Samplers;
            import io.diffusion4j.diffusion.sampling.Thresholding;
            import io.diffusion4j.diffusion.schedule.NoiseSchedule;
            import io.diffusion4j.diffusion.schedule.TimestepSpacings;
            import io.diffusion4j.diffusion.stage.Stage;
            import io.diffusion4j.diffusion.stage.StageChoices;
            import io.diffusion4j.diffusion.stage.StageKind;

            public final class Loud extends com.google.inject.AbstractModule {
              @Override
              protected void configure() {
                NoiseSchedule loud = NoiseSchedule.of(100, u -> 1 - 0.75 * u);
                ImageDecoder decoder = (draws, settings, listener) ->
                    draws.stream().map(draw -> new Image(32, 32, new float[3072])).toList();
                bind(ImageDecoder.class)
                    .toInstance(
                        decoder.offeredAs(
                            Stage.denoising(
                                ImageDecoder.STAGE,
                                new StageKind.Denoising(
                                    loud,
                                    TimestepSpacings.TRAILING,
                                    Thresholding.NONE,
                                    new StageChoices(Samplers.standard(), "ddim", 20)))));
              }
            }
            """);
    List<String> warnings = new ArrayList<>();
    var logger = Logger.getLogger(ScheduleCheck.class.getName());
    logger.setFilter(line -> !warnings.add(line.getMessage()));
    try {
      load(Plugins.of(List.of(jar)));
      load(Plugins.of(List.of(jar)));
    } finally {
      logger.setFilter(null);
    }
    assertThat(warnings)
        .containsExactly(
            "decoder: noise schedule: alphaBar(99): 0.25 (expected: near 0, such as 0.0047:"
                + " drawing starts from noise without signal)");
  }

  /** A module of each kind of things with names. */
  private static final Module NAMED =
      binder -> {
        MapBinder.newMapBinder(binder, String.class, Sampler.class)
            .addBinding("mine")
            .toInstance(new EulerSampler());
        MapBinder.newMapBinder(binder, String.class, TimestepSpacing.class)
            .addBinding("mine")
            .toInstance(TimestepSpacings.TRAILING);
        MapBinder.newMapBinder(binder, String.class, Thresholding.class)
            .addBinding("mine")
            .toInstance(Thresholding.clip(0.5));
      };

  private LocalGeneration local(Plugins plugins) {
    var models =
        LocalModels.load(
            List.of(ServedModel.of(model, TinyPipeline.PRECISION)),
            OpenOptions.with(Residency.ALWAYS),
            plugins);
    return LocalGeneration.of(models, ServerConfig.loopback());
  }

  private static List<String> partsOf(LocalGeneration local, StageOptions decoder)
      throws IOException {
    var two = StageOptions.newBuilder().setSteps(2).build();
    var request =
        Requests.textToImage("a red apple")
            .putStages("prior", two)
            .putStages("decoder", decoder.toBuilder().setSteps(2).build())
            .putStages("super_res", two);
    byte[] png = local.client().generate(request.build()).images().get(0).png();
    return Recipes.fromJson(Png.text(png).getOrDefault(Recipes.KEYWORD, "")).getPartsList().stream()
        .map(ModelPart::getKind)
        .toList();
  }

  @Test
  void theRecipeNamesWhatItsRequestUsesOfAPlugin() throws IOException {
    try (var local = local(Plugins.of(NAMED))) {
      assertThat(local.client().models().get(0).getPartsList())
          .extracting(ModelPart::getKind)
          .containsExactlyInAnyOrder("sampler mine", "schedule mine", "thresholding mine");
      assertThat(partsOf(local, StageOptions.getDefaultInstance())).isEmpty();
      var options = StageOptions.newBuilder();
      assertThat(partsOf(local, options.setSampler("mine").build()))
          .containsExactly("sampler mine");
      assertThat(partsOf(local, options.clear().setSchedule("mine").build()))
          .containsExactly("schedule mine");
      assertThat(partsOf(local, options.clear().setThresholding("mine").build()))
          .containsExactly("thresholding mine");
    }
  }

  @Test
  void aNameThatIsTakenIsRefused() {
    List<Module> taken =
        List.of(
            binder ->
                MapBinder.newMapBinder(binder, String.class, Sampler.class)
                    .addBinding("ddim")
                    .toInstance(new EulerSampler()),
            binder ->
                MapBinder.newMapBinder(binder, String.class, TimestepSpacing.class)
                    .addBinding("trailing")
                    .toInstance(TimestepSpacings.LEADING),
            binder ->
                MapBinder.newMapBinder(binder, String.class, Thresholding.class)
                    .addBinding("clip")
                    .toInstance(Thresholding.NONE));
    for (Module module : taken) {
      assertThatThrownBy(() -> load(Plugins.of(module)))
          .isInstanceOf(PluginException.class)
          .hasMessageMatching(
              "plugin: \\S+: (sampler: ddim|spacing: trailing|thresholding: clip) \\(expected: a"
                  + " name that is not taken\\) .*");
    }
  }

  @Test
  void aBindingOfAnythingElseIsRefusedBesideOneThatIsUsed() {
    List<Module> others =
        List.of(
            binder -> binder.bind(ImagePipeline.class).toProvider(() -> null),
            binder ->
                binder
                    .bind(new TypeLiteral<ByName<Sampler>>() {})
                    .toInstance(new ByName<>("sampler", Map.of("ddim", new EulerSampler()))),
            binder -> binder.bind(new TypeLiteral<Map<String, Sampler>>() {}).toInstance(Map.of()));
    for (Module other : others) {
      assertThatThrownBy(() -> load(Plugins.of(Modules.combine(NAMED, other))))
          .isInstanceOf(PluginException.class)
          .hasMessageMatching("plugin: \\S+: .+ \\(expected: .+\\)")
          .hasMessageNotContaining("\n");
    }
    assertThatThrownBy(() -> load(Plugins.of(Modules.combine(NAMED, others.get(0)))))
        .hasMessageContaining("binds io.diffusion4j.diffusion.pipeline.ImagePipeline (expected:");
  }

  @Test
  void aPartThatNoModelHasIsRefusedBesideOneThatIsUsed() throws IOException {
    Path glide = folder.resolve("glide");
    TinyGlideFolder.write(glide, false);
    Module both =
        binder -> {
          binder.bind(GuidanceRule.class).toInstance(GuidanceRule.AS_ASKED);
          binder.bind(TextEncoder.class).toInstance(texts -> List.of());
        };
    assertThatThrownBy(
            () ->
                LocalModels.load(
                        List.of(ServedModel.of(glide, Precision.FLOAT32)),
                        OpenOptions.with(Residency.ALWAYS),
                        Plugins.of(both))
                    .close())
        .isInstanceOf(PluginException.class)
        .hasMessageMatching(
            "plugin: \\S+: binds \\S+\\.TextEncoder \\(expected: one of GuidanceRule, .*named"
                + " Sampler, .*\\)");
  }
}

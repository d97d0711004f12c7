package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.pipeline.PluginException;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.Opening;
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
import java.util.concurrent.TimeUnit;
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
    String javaCode = PluginJars.example("java", JAVA);
    String kotlinCode = PluginJars.example("kotlin", KOTLIN);
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

            import io.diffusion4j.diffusion.part.Prior;

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
            Opening.with(Residency.ALWAYS),
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
            Opening.with(Residency.ONE_AT_A_TIME),
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
            "package example; import io.diffusion4j.diffusion.part.Prior; public final class"
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
                        Opening.with(Residency.ALWAYS),
                        Plugins.of(both))
                    .close())
        .isInstanceOf(PluginException.class)
        .hasMessageMatching(
            "plugin: \\S+: binds \\S+\\.TextEncoder \\(expected: one of GuidanceRule, named"
                + " Sampler, .*\\)");
  }
}

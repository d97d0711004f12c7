package io.diffusion4j.emoji.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.ddpm.DdpmSizes;
import io.diffusion4j.ddpm.PixelDit;
import io.diffusion4j.ddpm.PixelNetwork;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.art.Style;
import io.diffusion4j.emoji.scene.SceneMix;
import io.diffusion4j.training.TrainableFamily;
import io.diffusion4j.unclip.training.UnclipPreset;
import io.diffusion4j.unclip.training.UnclipTraining;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Presets are files, which agree with the shipped model and with their schema. */
class EmojiPresetTest {
  private static final Path MODEL = Path.of("model");

  @TempDir Path folder = Path.of("");

  @Test
  void thePresetEmojiHasTheSizesOfTheModelThatShips() {
    assertThat(EmojiPreset.emoji().sizes().name()).isEqualTo("emoji");
    UnclipPreset emoji = unclip(EmojiPreset.emoji());
    assertThat(emoji.clip().textNetwork())
        .isEqualTo(ClipFolders.readText(MODEL.resolve("text_encoder")));
    assertThat(emoji.vision()).isEqualTo(ClipFolders.readVision(MODEL.resolve("image_encoder")));
    assertThat(emoji.decoderConfig()).isEqualTo(DecoderFolders.readUnet(MODEL.resolve("decoder")));
    assertThat(emoji.upsamplerConfig())
        .isEqualTo(DecoderFolders.readUpsampler(MODEL.resolve("super_res_first")));
  }

  @Test
  void aFileIsTakenForAPresetAndItsEmojiMayBeMissing() throws IOException {
    String tiny = tiny();
    assertThat(EmojiPreset.of(write(tiny).toString())).isEqualTo(EmojiPreset.tiny());
    String without = tiny.substring(0, tiny.indexOf("emoji:\n")).replace("name: tiny", "name: own");
    EmojiPreset own = EmojiPreset.of(write(without).toString());
    assertThat(own.sizes().name()).isEqualTo("own");
    assertThat(unclip(own).decoder()).isEqualTo(unclip(EmojiPreset.tiny()).decoder());
    assertThat(own.drawn().scenes()).isEqualTo(SceneMix.mostlyCentred());
  }

  @Test
  void allFaultsOfAFileAreReportedAtOnce() throws IOException {
    String bad =
        tiny()
            .replace("name: tiny", "name: My Sizes")
            .replace("vocabulary: 700", "vocabulary: 500")
            .replace("{size: 32, patch: 8,", "{size: 32, patch: 7,")
            .replace("components: 12", "components: 64")
            .replace("channels: [16, 32]\n  attention", "channels: [16, 64x]\n  attention")
            .replace("crop: 32", "crop: 33\n  krop: 1")
            .replace("batch: 16, learning-rate: 0.001", "batch: 16, learning-rate: 1.5")
            .replace("labels: [red apple,", "labels: [read apple,");
    Path file = write(bad);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(file.toString()))
        .withMessage(
            """
            %s: 9 faults
              clip.image.patch: 7 (expected: a divisor of size 32)
              clip.vocabulary: 500 (expected: ≥ 514)
              decoder.channels[1]: "64x" (expected: a whole number)
              decoder.training.learning-rate: 1.5 (expected: in (0, 1))
              upsampler.krop: unknown (expected: one of channels, crop, groups, last-step, layers,\
             size, training)
              upsampler.crop: 33 (expected: a multiple of 2, as there are 2 levels)
              ddpm.channels[1]: "64x" (expected: a whole number)
              name: My Sizes (expected: lower-case letters, digits and hyphens between them)
              emoji.labels: read apple (expected: CLDR short names)\
            """
                .formatted(file));
  }

  @Test
  void sizesThatDoNotFitEachOtherAreRefused() throws IOException {
    String bad =
        tiny()
            .replace("components: 12", "components: 64")
            .replace("decoder:\n  size: 16", "decoder:\n  size: 128")
            .replace("concepts: 3", "concepts: 1");
    Path file = write(bad);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(file.toString()))
        .withMessage(
            """
            %s: 3 faults
              prior-ar.components: 64 (expected: ≤ clip.embedding 32)
              upsampler.size: 64 (expected: ≥ decoder.size 128)
              emoji.curriculum.concepts: 1 (expected: ≥ 2)\
            """
                .formatted(file));
  }

  @Test
  void techniquesOfTheConstantRateAreThoseOfBatches() throws IOException {
    String decoder = "\ndecoder:\n";
    String bad = tiny().replace(decoder, decoder + "  while-constant: [prediction=v, shift]\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(write(bad).toString()))
        .withMessageContaining(
            "decoder.while-constant: [prediction=v, shift] (expected: none without training.decay)")
        .withMessageContaining(
            "decoder.while-constant: prediction=v (expected: NAME=VALUE with one of")
        .withMessageContaining("decoder.while-constant: shift (expected: NAME=VALUE with one of");
    String prior = "\nprior:\n";
    String other = tiny().replace(prior, prior + "  while-constant: [low-noise=0]\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(write(other).toString()))
        .withMessageContaining(
            "prior.while-constant: low-noise=0 (expected: NAME=VALUE with one of captions,"
                + " density, drop, scenes, shift)");
    assertThat(UnclipTraining.DECODER.whileConstant(EmojiPreset.of("emoji-2").sizes()))
        .containsEntry("scenes", "single")
        .containsEntry("shift", "3");
    assertThat(UnclipTraining.PRIOR.whileConstant(EmojiPreset.of("emoji-2").sizes()))
        .containsEntry("shift", "8");
  }

  @Test
  void stylesAreChosenInTheFile() throws IOException {
    String labels = "\n  labels: [red apple,";
    String some = tiny().replace(labels, "\n  styles: [flat, noto]" + labels);
    assertThat(EmojiPreset.of(write(some).toString()).drawn().scenes())
        .isEqualTo(SceneMix.mostlyCentred().withStyles(EnumSet.of(Style.NOTO, Style.FLAT)));
    String both = some.replace(labels, "\n  one-style-of: [noto]" + labels);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(write(both).toString()))
        .withMessageContaining("styles: [FLAT, NOTO] (expected: either styles or one-style-of)");
    String none = some.replace("[flat, noto]", "[]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(write(none).toString()))
        .withMessageContaining("styles: [] (expected: at least one)");
  }

  @Test
  void theBackboneIsChosenInTheFile() throws IOException {
    assertThat(DdpmSizes.of(EmojiPreset.tiny().sizes()).network()).isInstanceOf(PixelNetwork.class);
    String file = tiny().replace("backbone: unet", "backbone: dit");
    EmojiPreset both = EmojiPreset.of(write(file).toString());
    UnclipPreset dit = unclip(both);
    assertThat(DdpmSizes.of(both.sizes()).network())
        .isEqualTo(new PixelDit(DitConfig.of(16, 4, 2, 32, 2), 0));
    assertThat(dit.decoderConfig())
        .isEqualTo(DitConfig.of(16, 2, 2, 32, 2).withOutChannels(6).withContext(32));
    assertThat(dit.projection().timeEmbedDim()).isEqualTo(32);
    String without = file.replaceAll("\n  dit: .*", "");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(write(without).toString()))
        .withMessageContaining("ddpm.dit: missing (expected: the sizes of the backbone)")
        .withMessageContaining("decoder.dit: missing (expected: the sizes of the backbone)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"huge", "nowhere.yaml", "./nowhere"})
  void whatIsNoPresetIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EmojiPreset.of(name))
        .withMessageStartingWith("preset: ")
        .withMessageContaining("one of emoji, emoji-2, medium, small, tiny");
  }

  /** The schema has the keys of the records and no others, required where a record needs them. */
  @Test
  void theSchemaAgreesWithTheRecords() throws IOException {
    JsonNode schema =
        new ObjectMapper().readTree(Path.of("..", "docs", "preset.schema.json").toFile());
    assertSame(schema, schema.path("properties").path("emoji"), EmojiSettings.Section.class);
    List<String> concepts = new ArrayList<>();
    schema
        .at("/properties/emoji/properties/concepts/enum")
        .forEach(name -> concepts.add(name.textValue()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConceptSet.named("none"))
        .withMessageEndingWith("one of " + String.join(", ", concepts) + ")");
    var sizes = schema.deepCopy();
    ((ObjectNode) sizes.path("properties")).remove("emoji");
    List<Class<?>> sections = new ArrayList<>(List.of(Named.class));
    TrainableFamily.all().forEach(family -> family.sizes().ifPresent(sections::add));
    assertThat(sections).contains(UnclipPreset.class, DdpmSizes.Sections.class).hasSize(4);
    assertSame(schema, sizes, sections.toArray(new Class<?>[0]));
  }

  /** The section of no family. */
  private record Named(String name) {}

  private static UnclipPreset unclip(EmojiPreset preset) {
    return preset.sizes().of(UnclipPreset.class);
  }

  private static void assertSame(JsonNode root, JsonNode given, Class<?>... types) {
    String type = Arrays.toString(types);
    JsonNode schema =
        given.has("$ref") ? root.at(given.path("$ref").textValue().substring(1)) : given;
    assertThat(schema.path("type").textValue()).isEqualTo("object");
    assertThat(schema.path("additionalProperties").asBoolean(true)).as(type).isFalse();
    Set<String> keys = new TreeSet<>();
    Set<String> required = new TreeSet<>();
    for (RecordComponent component :
        Arrays.stream(types).flatMap(t -> Arrays.stream(t.getRecordComponents())).toList()) {
      String key = component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      keys.add(key);
      if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        required.add(key);
      }
      assertSameType(root, schema.path("properties").path(key), component.getGenericType());
    }
    Set<String> stated = new TreeSet<>();
    schema.path("properties").fieldNames().forEachRemaining(stated::add);
    assertThat(stated).as(type).isEqualTo(keys);
    Set<String> statedRequired = new TreeSet<>();
    schema.path("required").forEach(name -> statedRequired.add(name.textValue()));
    assertThat(statedRequired).as(type).isEqualTo(required);
  }

  private static void assertSameType(JsonNode root, JsonNode schema, Type type) {
    if (type instanceof ParameterizedType list) {
      assertThat(schema.path("type").textValue()).isEqualTo("array");
      assertSameType(root, schema.path("items"), list.getActualTypeArguments()[0]);
      return;
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord()) {
      assertSame(root, schema, plain);
    } else if (plain.isEnum()) {
      assertThat(schema.path("enum"))
          .extracting(JsonNode::textValue)
          .containsExactlyElementsOf(
              Arrays.stream(plain.getEnumConstants())
                  .map(c -> c.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                  .toList());
    } else if (!schema.has("enum")) {
      assertThat(schema.path("type").textValue())
          .isEqualTo(
              plain == boolean.class || plain == Boolean.class
                  ? "boolean"
                  : plain == String.class
                      ? "string"
                      : plain == Double.class || plain == double.class ? "number" : "integer");
    }
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("sizes.yaml"), yaml);
  }

  /** Named presets ignore the sections of families that are off the class path. */
  @ParameterizedTest
  @ValueSource(strings = {"emoji", "emoji-2", "medium", "small", "tiny"})
  void allSectionsAreThoseOfFamilies(String name) throws IOException {
    assertThat(EmojiPreset.parse(name, text(name))).isEqualTo(EmojiPreset.named(name));
  }

  private static String tiny() throws IOException {
    return text("tiny");
  }

  private static String text(String name) throws IOException {
    try (InputStream in = EmojiPreset.class.getResourceAsStream(name + ".yaml")) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

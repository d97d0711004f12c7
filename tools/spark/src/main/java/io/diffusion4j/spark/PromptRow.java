package io.diffusion4j.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of prompts.
 *
 * @param prompt null for an unconditional model
 * @param negative the negative prompt; may be empty
 * @param label the class, for an unconditional model; null for none
 * @param seed null if neither the row nor the job has one
 * @param count the number of pictures
 * @param id null if the ids of the pictures follow from their recipes
 */
record PromptRow(
    @Nullable String prompt,
    String negative,
    @Nullable Integer label,
    @Nullable Long seed,
    int count,
    @Nullable String id) {
  /** The column of the prompts. */
  static final String PROMPT = "prompt";

  private static final String NEGATIVE = "negative";
  private static final String LABEL = "label";
  private static final String SEED = "seed";
  private static final String COUNT = "count";

  /** Texts that every file system accepts as the name of a file. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  /** The largest number of pictures of a row; more would be a mistake. */
  private static final int MAX_PICTURES = 1_000_000;

  /**
   * Reads a row.
   *
   * @param needsWords whether each row must have a prompt
   * @param defaultSeed the seed of rows without one, if there is one
   * @param defaultCount the number of pictures of rows without a count
   * @throws IllegalArgumentException if a value is invalid
   */
  static PromptRow of(Row row, boolean needsWords, Optional<Long> defaultSeed, int defaultCount) {
    String prompt = SparkTables.text(row, PROMPT);
    Check.that(prompt != null || !needsWords, PROMPT, "none", "some words");
    Check.that(prompt == null || !prompt.isBlank(), PROMPT, "\"" + prompt + "\"", "some words");
    Long label = SparkTables.integer(row, LABEL);
    Check.that(
        label == null || (label >= 0 && label <= Integer.MAX_VALUE), LABEL, label, "0 or more");
    Check.that(label == null || prompt == null, LABEL, label, "none beside a prompt");
    Long seed = SparkTables.integer(row, SEED);
    Check.that(seed == null || seed >= 0, SEED, seed, "≥ 0");
    Long count = SparkTables.integer(row, COUNT);
    Check.that(
        count == null || (count >= 1 && count <= MAX_PICTURES),
        COUNT,
        count,
        "1 to %d",
        MAX_PICTURES);
    String id = SparkTables.text(row, OutputTable.ID);
    Check.that(
        id == null || NAME.matcher(id).matches(),
        OutputTable.ID,
        id,
        "up to 100 letters, digits, dots, hyphens and underscores");
    return new PromptRow(
        prompt,
        Objects.requireNonNullElse(SparkTables.text(row, NEGATIVE), ""),
        label == null ? null : label.intValue(),
        seed == null ? defaultSeed.orElse(null) : seed,
        count == null ? defaultCount : count.intValue(),
        id);
  }

  /** Returns the seed; without one, 32 bits of the digest of the row's content. */
  long seedOrOwn() {
    if (seed != null) {
      return seed;
    }
    String content =
        String.join("\n", String.valueOf(id), String.valueOf(prompt), negative, "" + label);
    return ByteBuffer.wrap(Sha256.of(content.getBytes(UTF_8))).getInt() & 0xFFFF_FFFFL;
  }

  /** Returns the request for the pictures, without options. */
  GenerateImagesRequest.Builder request() {
    if (prompt != null) {
      return Requests.textToImage(prompt, negative);
    }
    return Requests.unconditional(label == null ? OptionalInt.empty() : OptionalInt.of(label));
  }

  /**
   * Returns the id of a picture.
   *
   * @param image the number of the picture, from 0
   * @param recipe the recipe of the picture, whose digest is the id if the row has none
   */
  String id(int image, String recipe) {
    if (id == null) {
      return Sha256.hex(recipe);
    }
    return count == 1 ? id : id + "-" + (image + 1);
  }
}

package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * The identity of a model.
 *
 * @param name its name in requests
 * @param description one line for people
 * @param license the SPDX expression of the licence of the weights
 * @param weightsDigest the digest of the weights, as {@code sha256:} and 64 hexadecimal digits
 * @param replaced the parts that are not the model's own
 * @param loras the updates that were added to the weights, in this order
 * @param published the name and the commit under which the model is published, as {@code
 *     org/name@commit}; empty if unknown
 * @param precision the number format of the networks; empty if unknown
 * @param engine the engine that runs the networks, its instruction set and threads; empty if
 *     unknown, or if the engine does not repeat its results to the bit
 */
public record ModelIdentity(
    String name,
    String description,
    String license,
    String weightsDigest,
    List<ReplacedPart> replaced,
    List<AppliedLora> loras,
    String published,
    String precision,
    String engine) {
  public ModelIdentity {
    Check.that(
        name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
        "name",
        name,
        "up to 64 letters, digits, dots, dashes and underscores");
    replaced = List.copyOf(replaced);
    loras = List.copyOf(loras);
  }

  /** Creates the identity of a model without low-rank updates. */
  public ModelIdentity(
      String name,
      String description,
      String license,
      String weightsDigest,
      List<ReplacedPart> replaced) {
    this(name, description, license, weightsDigest, replaced, List.of(), "", "", "");
  }

  /** Creates the identity of a model without replaced parts. */
  public ModelIdentity(String name, String description, String license, String weightsDigest) {
    this(name, description, license, weightsDigest, List.of());
  }

  /** Returns the same identity with these updates. */
  public ModelIdentity withLoras(List<AppliedLora> others) {
    return new ModelIdentity(
        name, description, license, weightsDigest, replaced, others, published, precision, engine);
  }

  /** Returns the same identity, published under this name and commit. */
  public ModelIdentity publishedAs(String other) {
    return new ModelIdentity(
        name, description, license, weightsDigest, replaced, loras, other, precision, engine);
  }
}

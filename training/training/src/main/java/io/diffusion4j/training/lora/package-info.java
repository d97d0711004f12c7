/**
 * Files of trained low-rank updates (LoRA, Hu et al. 2021), in the layout that peft and diffusers
 * load.
 *
 * <p>A dense layer y = W·x + b becomes y = W·x + b + (alpha/rank)·B·(A·x), and a training changes
 * only A and B. The file contains A and B of each layer, and no weight of the model:
 *
 * <pre>{@code
 * var updates = new LowRank(4, 8, KeyPatterns.of("to_q,to_k,to_v")); // rank, alpha, layers
 * TrainingConfig config = TrainingConfig.of(1000, 16, 1e-4, 7).withLowRank(updates);
 * try (var trainer = new Trainer(objective, config)) {
 *   trainer.startFrom(weights);
 *   while (trainer.step() < config.steps()) {
 *     trainer.step(batches.batch(trainer.step()));
 *   }
 *   LowRankFile.write(
 *       Path.of("decoder_lora"), updates, trainer.averagedWeights(), "", Map.of("data", "kites"));
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.training.lora.LowRankFile} writes {@code
 * pytorch_lora_weights.safetensors} with
 *
 * <ul>
 *   <li>the matrices in float32 under {@code LAYER.lora_A.weight}, {@code [rank, in]}, and {@code
 *       LAYER.lora_B.weight}, {@code [out, rank]};
 *   <li>the settings of peft, with rank, alpha and target layers, in the file's metadata;
 *   <li>the notes of the caller, such as the origin of the data, and a checksum.
 * </ul>
 *
 * <p>The keys are those of one network. A prefix that an objective puts before its network is
 * removed, so a file loads into the network that it was trained for, in Python as well as here.
 *
 * <p>The update itself is {@link io.diffusion4j.nn.train.LowRank}, which rewrites the network as
 * data; every engine can therefore train it. Models with updates are opened by {@code
 * io.diffusion4j.pipeline}, which also reads the layouts of other trainers.
 *
 * <p>Not here: updates of convolutions, DoRA and rank-stabilised scales, which {@code LowRank} does
 * not train; and weights with the updates added, since a model adds them while it is loaded.
 */
@NullMarked
package io.diffusion4j.training.lora;

import org.jspecify.annotations.NullMarked;

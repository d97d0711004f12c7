/**
 * Model folders of this machine in the process of an application: loaded, wired as models of the
 * service, and asked without a network.
 *
 * <pre>{@code
 * try (var local = LocalGeneration.open(Path.of("emoji/model"))) {
 *   var request = Requests.textToImage("a red apple").setImageCount(4).build();
 *   Generation generation = local.client().generate(request);
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.local.LocalGeneration} is the service without a network, for programs
 * that embed it; {@link io.diffusion4j.local.LocalModels} are several folders, for programs that
 * serve. Folders of every model family are opened, with the parts of plugins ({@link
 * io.diffusion4j.pipeline.Plugins}).
 *
 * <p>What is not here: drawing without the service. {@link io.diffusion4j.pipeline.OpenPipeline}
 * opens a folder for that.
 */
@NullMarked
package io.diffusion4j.local;

import org.jspecify.annotations.NullMarked;

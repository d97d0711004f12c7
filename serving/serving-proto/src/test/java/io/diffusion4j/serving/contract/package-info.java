/**
 * Keeps the contract's word: what was published stays readable.
 *
 * <p>Starting point: {@link io.diffusion4j.serving.contract.ContractTest}.
 */
@NullMarked
package io.diffusion4j.serving.contract;

import org.jspecify.annotations.NullMarked;

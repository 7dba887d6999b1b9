// Package chart draws bars, and the paper of a receipt printer, as pictures, with
// words in any script of its fonts.
//
// The rules:
//
//   - it knows numbers and texts alone; what they mean, and in which language
//     they are, is the caller's;
//   - a text is shaped and ordered as its script wants it: Arabic letters join,
//     and what runs left to right inside of them does so.
package chart

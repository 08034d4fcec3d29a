export { BoardLoading as default } from '@/components/board/board-loading';
